// SPDX-License-Identifier: MIT
// The orientation of a picture, the only value that is read from EXIF data. Not here: where the data is in a
// file (jpeg_structure.cpp, png_structure.cpp).
#pragma once

#include <cstdint>
#include <span>

#include "fcn/limits.hpp"
#include "fcn/result.hpp"
#include "tools/pictures/picture.hpp"

namespace fcn::tools {

/// Whether a picture of this orientation must be turned or mirrored at all, and whether that swaps its sides.
inline bool is_turned(int orientation) {
  return orientation > 1 && orientation <= 8;
}
inline bool swaps_sides(int orientation) {
  return orientation >= 5 && orientation <= 8;
}

/// The orientation (1 to 8) that a TIFF block states in its first directory; 1 if it states none or cannot be
/// read, because a picture with broken EXIF data is still a picture.
int exif_orientation(std::span<const std::uint8_t> tiff);

/// Turns and mirrors the picture so that it stands upright: 2 mirrored left-right, 3 turned by 180 degrees,
/// 4 mirrored top-bottom, 5 transposed, 6 turned right, 7 transposed across the other diagonal, 8 turned
/// left.
/// Holds both pictures for a while, if it turns at all.
Result<Picture> apply_orientation(Picture picture, int orientation, const Limits& limits);

}  // namespace fcn::tools

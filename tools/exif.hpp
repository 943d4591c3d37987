// SPDX-License-Identifier: MIT
// The one thing EXIF data is read for: how the camera was held. Where the data sits in a file is the format's
// business (jpeg_structure.cpp, png_structure.cpp).
#pragma once

#include <cstdint>
#include <span>

#include "engine/limits.hpp"
#include "engine/result.hpp"
#include "tools/picture.hpp"

namespace fcn::tools {

/// The orientation (1 to 8) that a TIFF block states in its first directory; 1 if it states none or cannot be
/// read, for a picture with broken EXIF data is still a picture.
int exif_orientation(std::span<const std::uint8_t> tiff);

/// Turns and mirrors the picture so that it stands upright: 2 mirrored left-right, 3 turned by 180 degrees,
/// 4 mirrored top-bottom, 5 transposed, 6 turned right, 7 transposed across the other diagonal, 8 turned
/// left.
Result<Picture> apply_orientation(Picture picture, int orientation, const Limits& limits);

}  // namespace fcn::tools

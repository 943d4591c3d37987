// SPDX-License-Identifier: MIT
// Samples of a TIFF as 8-bit RGB, by Pillow's arithmetic. Not here: reading the samples (tiff_pixels.cpp).
#pragma once

#include <cstddef>
#include <cstdint>

#include "tools/pictures/formats/tiff_layout.hpp"

namespace fcn::tools {

/// `count` samples as libtiff gives them into 8 bits each: indices of a palette as they are, greys of less
/// than 8 bits scaled, of 16 bits the high byte.
void tiff_samples_to_8_bits(const std::uint8_t* from, std::size_t count, const TiffLayout& layout,
                            std::uint8_t* to);

/// Pixels of `stride` samples each, of which the first TiffLayout::used_samples() are used.
void tiff_pixels_to_rgb(const std::uint8_t* from, std::size_t stride, std::size_t pixels,
                        const TiffLayout& layout, std::uint8_t* rgb);

}  // namespace fcn::tools

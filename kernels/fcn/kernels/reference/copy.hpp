// SPDX-License-Identifier: MIT
// Pixels and channels moved from place to place, the truth. Never optimised.
#pragma once

#include <cstddef>

#include "fcn/kernels/kernel_table.hpp"
#include "fcn/kernels/reference/pixel.hpp"

namespace fcn::kernels::reference {

inline void copy_pixels_f32(const CopyPixelsBand& band, Range pixels) {
  for (std::ptrdiff_t i = pixels.begin; i < pixels.end; ++i) {
    const Pixel at = pixel_at(i, band.images, band.width);
    const int column = band.columns[at.column];
    const bool filled = band.in.row[at.row] == nullptr || column < 0;
    float* out = output_pixel(band.out, at);
    for (int c = 0; c < band.channels; ++c) {
      out[c] = filled ? band.fill : input_pixel(band.in, {at.row, at.image, column})[c];
    }
    write_padding(out, band.channels);
  }
}

inline void copy_channels_f32(const CopyChannelsBand& band, Range pixels) {
  for (std::ptrdiff_t i = pixels.begin; i < pixels.end; ++i) {
    const Pixel at = pixel_at(i, band.images, band.width);
    const float* in = input_pixel(band.in, at);
    float* out = output_pixel(band.out, at);
    for (int c = 0; c < band.channels; ++c) {
      out[band.out_channel + c] = in[band.channel == nullptr ? c : band.channel[c]];
    }
    if (band.closes_pixel) write_padding(out, band.out_channel + band.channels);
  }
}

}  // namespace fcn::kernels::reference

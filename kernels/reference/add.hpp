// SPDX-License-Identifier: MIT
// Sum of two feature maps, the truth. Never optimised. (The sum at a residual block's end is usually fused
// into its convolution instead.)
#pragma once

#include <cstddef>

#include "kernels/kernel_table.hpp"
#include "kernels/reference/pixel.hpp"

namespace fcn::kernels::reference {

inline void add_f32(const PixelBand& band, Range pixels) {
  for (std::ptrdiff_t i = pixels.begin; i < pixels.end; ++i) {
    const Pixel at = pixel_at(i, band.images, band.width);
    const float* a = input_pixel(band.a, at);
    const float* b = input_pixel(band.b, at);
    float* out = output_pixel(band.out, at);
    for (int c = 0; c < band.channels; ++c) {
      const float value = a[c] + b[c];
      out[c] = band.relu ? relu(value) : value;
    }
    write_padding(out, band.channels);
  }
}

}  // namespace fcn::kernels::reference

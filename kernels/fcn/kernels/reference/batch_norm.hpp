// SPDX-License-Identifier: MIT
// Batch norm that could not be folded into a convolution, the truth: one std::fma a value. Never optimised.
#pragma once

#include <cmath>
#include <cstddef>

#include "fcn/kernels/kernel_table.hpp"
#include "fcn/kernels/reference/pixel.hpp"

namespace fcn::kernels::reference {

inline void batch_norm_f32(const BatchNormBand& band, Range pixels) {
  for (std::ptrdiff_t i = pixels.begin; i < pixels.end; ++i) {
    const Pixel at = pixel_at(i, band.images, band.width);
    const float* a = input_pixel(band.a, at);
    float* out = output_pixel(band.out, at);
    for (int c = 0; c < band.channels; ++c) {
      const float value = std::fma(a[c], band.scale[c], band.shift[c]);
      out[c] = band.relu ? relu(value) : value;
    }
    write_padding(out, band.channels);
  }
}

}  // namespace fcn::kernels::reference

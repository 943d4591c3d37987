// SPDX-License-Identifier: MIT
// Linear resampling, the truth. Never optimised.
#pragma once

#include <cmath>
#include <cstddef>

#include "fcn/kernels/kernel_table.hpp"
#include "fcn/kernels/reference/pixel.hpp"

namespace fcn::kernels::reference {

inline void resize_linear_f32(const ResizeBand& band, Range pixels) {
  for (std::ptrdiff_t i = pixels.begin; i < pixels.end; ++i) {
    const Pixel at = pixel_at(i, band.images, band.width);
    const float* u = band.column_weights + 2 * at.column;
    const float* v = band.row_weights + 2 * at.row;
    const auto mean = [&](std::ptrdiff_t row, int c) {
      const float left = input_pixel(band.in, {row, at.image, band.columns[2 * at.column]})[c];
      const float right = input_pixel(band.in, {row, at.image, band.columns[2 * at.column + 1]})[c];
      return std::fma(u[1], right, u[0] * left);
    };
    float* out = output_pixel(band.out, at);
    for (int c = 0; c < band.channels; ++c) {
      out[c] = std::fma(v[1], mean(2 * at.row + 1, c), v[0] * mean(2 * at.row, c));
    }
    write_padding(out, band.channels);
  }
}

}  // namespace fcn::kernels::reference

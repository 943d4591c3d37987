// SPDX-License-Identifier: MIT
// Cubic resampling, the truth. Never optimised.
#pragma once

#include <cmath>
#include <cstddef>

#include "fcn/kernels/kernel_table.hpp"
#include "fcn/kernels/reference/pixel.hpp"

namespace fcn::kernels::reference {

/// The four values that term(0) ... term(3) give, weighted.
template <class Term>
float weighted_four(const float* weights, Term term) {
  float sum = weights[0] * term(0);
  for (int i = 1; i < 4; ++i) sum = std::fma(weights[i], term(i), sum);
  return sum;
}

inline void resize_cubic_f32(const ResizeBand& band, Range pixels) {
  for (std::ptrdiff_t i = pixels.begin; i < pixels.end; ++i) {
    const Pixel at = pixel_at(i, band.images, band.width);
    float* out = output_pixel(band.out, at);
    for (int c = 0; c < band.channels; ++c) {
      out[c] = weighted_four(band.row_weights + 4 * at.row, [&](int row) {
        return weighted_four(band.column_weights + 4 * at.column, [&](int column) {
          const std::ptrdiff_t x = band.columns[4 * at.column + column];
          return input_pixel(band.in, {4 * at.row + row, at.image, x})[c];
        });
      });
    }
    write_padding(out, band.channels);
  }
}

}  // namespace fcn::kernels::reference

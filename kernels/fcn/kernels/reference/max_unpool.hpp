// SPDX-License-Identifier: MIT
// The greatest tap of each window, and values put back on such taps, the truth. Never optimised.
#pragma once

#include <cmath>
#include <cstddef>

#include "fcn/kernels/kernel_table.hpp"
#include "fcn/kernels/reference/pixel.hpp"
#include "fcn/kernels/reference/pool.hpp"

namespace fcn::kernels::reference {

inline void max_pool_indices_f32(const PoolBand& band, Range pixels) {
  for (std::ptrdiff_t i = pixels.begin; i < pixels.end; ++i) {
    const Pixel at = pixel_at(i, band.images, band.out_width);
    float* out = output_pixel(band.out, at);
    for (int c = 0; c < band.channels; ++c) {
      float m = 0;
      int index = 0;
      bool any = false;
      for (int tap = 0; tap < band.kernel_h * band.kernel_w; ++tap) {
        const float* x = pool_tap(band, at, tap / band.kernel_w, tap % band.kernel_w);
        if (x == nullptr || (any && !(x[c] > m || std::isnan(x[c])))) continue;
        m = x[c];
        index = tap;
        any = true;
      }
      out[c] = static_cast<float>(index);
    }
    write_padding(out, band.channels);
  }
}

inline void max_unpool_f32(const UnpoolBand& band, Range pixels) {
  for (std::ptrdiff_t i = pixels.begin; i < pixels.end; ++i) {
    const Pixel at = pixel_at(i, band.images, band.width);
    float* out = output_pixel(band.out, at);
    const int column = band.columns[2 * at.column];
    const bool there = band.values.row[at.row] != nullptr && column >= 0;
    const int tap = band.row_taps[at.row] * band.kernel_w + band.columns[2 * at.column + 1];
    for (int c = 0; c < band.channels; ++c) {
      const Pixel window{at.row, at.image, column};
      const bool here = there && input_pixel(band.indices, window)[c] == static_cast<float>(tap);
      out[c] = here ? input_pixel(band.values, window)[c] : 0.0f;
    }
    write_padding(out, band.channels);
  }
}

}  // namespace fcn::kernels::reference

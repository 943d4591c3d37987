// SPDX-License-Identifier: MIT
// Max-pool, the truth: taps in order, NaN wins, padding never takes part. Never optimised.
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>

#include "fcn/kernels/kernel_table.hpp"
#include "fcn/kernels/reference/pixel.hpp"
#include "fcn/kernels/reference/pool.hpp"

namespace fcn::kernels::reference {

inline float max_of_window(const PoolBand& band, const Pixel& at, int channel) {
  bool any = false;
  float m = -std::numeric_limits<float>::infinity();
  for (int ky = 0; ky < band.kernel_h; ++ky) {
    for (int kx = 0; kx < band.kernel_w; ++kx) {
      const float* tap = pool_tap(band, at, ky, kx);
      if (tap == nullptr) continue;
      const float x = tap[channel];
      if (!any || x > m || std::isnan(x)) m = x;
      any = true;
    }
  }
  return m;
}

inline void max_pool_f32(const PoolBand& band, Range pixels) {
  for (std::ptrdiff_t i = pixels.begin; i < pixels.end; ++i) {
    const Pixel at = pixel_at(i, band.images, band.out_width);
    float* out = output_pixel(band.out, at);
    for (int c = 0; c < band.channels; ++c) out[c] = max_of_window(band, at, c);
    write_padding(out, band.channels);
  }
}

}  // namespace fcn::kernels::reference

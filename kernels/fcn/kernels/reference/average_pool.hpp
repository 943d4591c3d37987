// SPDX-License-Identifier: MIT
// Average pool, the truth: taps added in order, one division at the end. Never optimised.
#pragma once

#include <cstddef>

#include "fcn/kernels/kernel_table.hpp"
#include "fcn/kernels/reference/pixel.hpp"
#include "fcn/kernels/reference/pool.hpp"

namespace fcn::kernels::reference {

/// How many columns count in a full row's divisor: those inside the map, or, when padding counts,
/// those inside map and padding.
inline int columns_counted(const PoolBand& band, std::ptrdiff_t out_column) {
  const int reach_left = band.count_include_pad ? -band.pad_left : 0;
  const int reach_right = band.in_width + (band.count_include_pad ? band.pad_right : 0);
  int count = 0;
  for (int kx = 0; kx < band.kernel_w; ++kx) {
    const std::ptrdiff_t column = out_column * band.stride_x - band.pad_left + kx * band.dilation_x;
    if (column >= reach_left && column < reach_right) ++count;
  }
  return count;
}

inline float sum_of_window(const PoolBand& band, const Pixel& at, int channel) {
  float acc = 0.0f;
  for (int ky = 0; ky < band.kernel_h; ++ky) {
    for (int kx = 0; kx < band.kernel_w; ++kx) {
      const float* tap = pool_tap(band, at, ky, kx);
      if (tap != nullptr) acc = acc + tap[channel];
    }
  }
  return acc;
}

inline void average_pool_f32(const PoolBand& band, Range pixels) {
  for (std::ptrdiff_t i = pixels.begin; i < pixels.end; ++i) {
    const Pixel at = pixel_at(i, band.images, band.out_width);
    const auto divisor = static_cast<float>(band.rows_counted[at.row] * columns_counted(band, at.column));
    float* out = output_pixel(band.out, at);
    for (int c = 0; c < band.channels; ++c) out[c] = sum_of_window(band, at, c) / divisor;
    write_padding(out, band.channels);
  }
}

}  // namespace fcn::kernels::reference

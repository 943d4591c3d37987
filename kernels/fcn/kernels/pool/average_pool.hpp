// SPDX-License-Identifier: MIT
// Average pool: the taps of each window added in order, one division at the end.
#pragma once

#include <cstddef>

#include "fcn/kernels/kernel_table.hpp"
#include "fcn/kernels/pool/pool_pixel.hpp"
#include "fcn/kernels/pool/pool_window.hpp"
#include "fcn/kernels/simd.hpp"

namespace fcn::kernels {

/// How many columns count in a full row's divisor: those inside the map or, when padding counts,
/// also those in the padding. A window of ceil mode can reach past both.
template <class Arch>
FCN_FORCE_INLINE int columns_counted(const PoolBand& band, std::ptrdiff_t out_column) {
  const std::ptrdiff_t left = band.count_include_pad ? -band.pad_left : 0;
  const std::ptrdiff_t right = band.in_width + (band.count_include_pad ? band.pad_right : 0);
  std::ptrdiff_t column = out_column * band.stride_x - band.pad_left;
  int count = 0;
  for (int kx = 0; kx < band.kernel_w; ++kx, column += band.dilation_x) {
    count += column >= left && column < right ? 1 : 0;
  }
  return count;
}

template <class Arch>
void average_pool_f32(const PoolBand& band, Range pixels) {
  using V = Vec<Arch>;
  for_each_window<Arch>(band, pixels, [&](const auto& at, const auto& window) FCN_INLINE_LAMBDA {
    const int count = band.rows_counted[at.row] * columns_counted<Arch>(band, at.column);
    const auto divisor = V::broadcast(static_cast<float>(count));
    write_pooled_pixel<Arch>(
        band, window, at.out(band.out), V::zero(), [](V sum, V x) FCN_INLINE_LAMBDA { return sum + x; },
        [&](V sum) FCN_INLINE_LAMBDA { return sum / divisor; });
  });
}

}  // namespace fcn::kernels

// SPDX-License-Identifier: MIT
// Max-pool: the greatest tap of each window, NaN above all.
#pragma once

#include "fcn/kernels/kernel_table.hpp"
#include "fcn/kernels/pool/pool_pixel.hpp"
#include "fcn/kernels/pool/pool_window.hpp"
#include "fcn/kernels/simd.hpp"

namespace fcn::kernels {

template <class Arch>
void max_pool_f32(const PoolBand& band, Range pixels) {
  using V = Vec<Arch>;
  // Starting from -infinity is starting from the first tap: any number but -infinity is greater, a NaN
  // replaces it.
  const auto start = V::broadcast(-__builtin_inff());
  for_each_window<Arch>(band, pixels, [&](const auto& at, const auto& window) FCN_INLINE_LAMBDA {
    write_pooled_pixel<Arch>(
        band, window, at.out(band.out), start,
        [](V m, V x) FCN_INLINE_LAMBDA { return V::select(V::either(x > m, is_nan(x)), x, m); },
        [](V m) FCN_INLINE_LAMBDA { return m; });
  });
}

}  // namespace fcn::kernels

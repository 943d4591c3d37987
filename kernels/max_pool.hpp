// SPDX-License-Identifier: MIT
// Max-pool: a register of channels at a time over the taps of the window.
#pragma once

#include "kernels/kernel_table.hpp"
#include "kernels/pixelwise.hpp"
#include "kernels/pool_window.hpp"
#include "kernels/simd.hpp"

namespace fcn::kernels {

template <class Arch>
void max_pool_f32(const PoolBand& band, Range pixels) {
  using V = Vec<Arch>;
  for_each_window<Arch>(band, pixels, [&](const auto& at, const auto& window) FCN_INLINE_LAMBDA {
    write_pixel<Arch>(band.channels, at.out(band.out), [&](int c, int n) FCN_INLINE_LAMBDA {
      // Starting from -infinity is starting from the first tap: any number but -infinity is greater, a NaN
      // replaces it.
      auto m = V::broadcast(-__builtin_inff());
      for_each_tap<Arch>(window, band.kernel_h, [&](const float* tap) FCN_INLINE_LAMBDA {
        const auto x = load_lanes<Arch>(tap + c, n);
        m = V::select(V::either(x > m, is_nan(x)), x, m);
      });
      return m;
    });
  });
}

}  // namespace fcn::kernels

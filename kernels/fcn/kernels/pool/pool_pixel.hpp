// SPDX-License-Identifier: MIT
// One pooled pixel: all its channels, four registers of them at a time, so that four sums or maxima grow side
// by side instead of each waiting for its own last tap. Not here: what a pool does with a tap (max_pool.hpp,
// average_pool.hpp).
#pragma once

#include <cstddef>

#include "fcn/kernels/kernel_table.hpp"
#include "fcn/kernels/pixelwise.hpp"
#include "fcn/kernels/pool/pool_window.hpp"
#include "fcn/kernels/simd.hpp"

namespace fcn::kernels {

/// For each channel finish(step(... step(start, first tap) ..., last tap)), and zeros in the padding.
template <class Arch, class Step, class Finish>
FCN_FORCE_INLINE void write_pooled_pixel(const PoolBand& band, const PoolWindow<Arch>& window, float* out,
                                         Vec<Arch> start, Step&& step, Finish&& finish) {
  constexpr int width = Vec<Arch>::width;
  constexpr std::size_t side_by_side = 4;
  int c = 0;
  for (; c + static_cast<int>(side_by_side) * width <= band.channels;
       c += static_cast<int>(side_by_side) * width) {
    Vec<Arch> acc[side_by_side];
    unroll<Arch, side_by_side>([&]<std::size_t J>() FCN_INLINE_LAMBDA { acc[J] = start; });
    for_each_tap<Arch>(window, band.kernel_h, [&](const float* tap) FCN_INLINE_LAMBDA {
      unroll<Arch, side_by_side>([&]<std::size_t J>() FCN_INLINE_LAMBDA {
        acc[J] = step(acc[J], Vec<Arch>::load(tap + c + J * Vec<Arch>::size));
      });
    });
    unroll<Arch, side_by_side>(
        [&]<std::size_t J>() FCN_INLINE_LAMBDA { finish(acc[J]).store(out + c + J * Vec<Arch>::size); });
  }
  write_pixel<Arch>(band.channels - c, out + c, [&](int rest, int n) FCN_INLINE_LAMBDA {
    auto acc = start;
    for_each_tap<Arch>(window, band.kernel_h, [&](const float* tap) FCN_INLINE_LAMBDA {
      acc = step(acc, load_lanes<Arch>(tap + c + rest, n));
    });
    return finish(acc);
  });
}

}  // namespace fcn::kernels

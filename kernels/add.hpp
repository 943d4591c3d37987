// SPDX-License-Identifier: MIT
// Sum of two feature maps, with relu if asked. At the end of a residual block it is usually fused into the
// convolution (ConvBand::residual) instead.
#pragma once

#include "kernels/kernel_table.hpp"
#include "kernels/pixelwise.hpp"
#include "kernels/simd.hpp"

namespace fcn::kernels {

template <class Arch>
void add_f32(const PixelBand& band, Range pixels) {
  for_each_pixel<Arch>(band, pixels, [&](const auto& at) FCN_INLINE_LAMBDA {
    const float* a = at.in(band.a);
    const float* b = at.in(band.b);
    write_pixel<Arch>(band.channels, at.out(band.out), [&](int c, int n) FCN_INLINE_LAMBDA {
      const auto sum = load_lanes<Arch>(a + c, n) + load_lanes<Arch>(b + c, n);
      return band.relu ? relu<Arch>(sum) : sum;
    });
  });
}

}  // namespace fcn::kernels

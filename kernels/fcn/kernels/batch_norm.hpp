// SPDX-License-Identifier: MIT
// Batch norm that could not be folded into a convolution: one fused multiply-add per value, optionally relu.
#pragma once

#include "fcn/kernels/kernel_table.hpp"
#include "fcn/kernels/pixelwise.hpp"
#include "fcn/kernels/simd.hpp"

namespace fcn::kernels {

template <class Arch>
void batch_norm_f32(const BatchNormBand& band, Range pixels) {
  for_each_pixel<Arch>(band, pixels, [&](const auto& at) FCN_INLINE_LAMBDA {
    const float* a = at.in(band.a);
    write_pixel<Arch>(band.channels, at.out(band.out), [&](int c, int n) FCN_INLINE_LAMBDA {
      const auto scale = load_lanes<Arch>(band.scale + c, n);
      const auto value = fma(load_lanes<Arch>(a + c, n), scale, load_lanes<Arch>(band.shift + c, n));
      return band.relu ? relu<Arch>(value) : value;
    });
  });
}

}  // namespace fcn::kernels

// SPDX-License-Identifier: MIT
// Layer norm and RMS norm over the channels of each pixel (Ba et al., 2016; Zhang and Sennrich, 2019): the
// mean first, then the variance of the differences from it, which avoids cancellation. The
// reference is reference/channel_norm.hpp.
#pragma once

#include "fcn/kernels/kernel_table.hpp"
#include "fcn/kernels/pixelwise.hpp"
#include "fcn/kernels/simd.hpp"
#include "fcn/kernels/sixteen_sums.hpp"

namespace fcn::kernels {

/// 1 / sqrt(mean of (x - mean)^2 + epsilon) in every lane.
template <class Arch>
FCN_FORCE_INLINE Vec<Arch> inverse_deviation(const float* a, int channels, float mean, float epsilon) {
  using V = Vec<Arch>;
  const auto center = V::broadcast(mean);
  float sums[kSums];
  gather_sixteen<Arch>(a, channels, 0.0f, mean, sums, [&](V sum, V x) FCN_INLINE_LAMBDA {
    const auto d = x - center;
    return fma(d, d, sum);
  });
  const float squares = join_halves<Arch>(sums, [](float s, float t) FCN_INLINE_LAMBDA { return s + t; });
  const float variance = squares / static_cast<float>(channels);
  return V::broadcast(1.0f) / square_root(V::broadcast(variance + epsilon));
}

template <class Arch>
void channel_norm_f32(const ChannelNormBand& band, Range pixels) {
  const auto count = static_cast<float>(band.channels);
  for_each_pixel<Arch>(band, pixels, [&](const auto& at) FCN_INLINE_LAMBDA {
    const float* a = at.in(band.a);
    const float mean = band.center ? channel_sum<Arch>(a, band.channels) / count : 0.0f;
    const auto scale = inverse_deviation<Arch>(a, band.channels, mean, band.epsilon);
    const auto center = Vec<Arch>::broadcast(mean);
    write_pixel<Arch>(band.channels, at.out(band.out), [&](int c, int n) FCN_INLINE_LAMBDA {
      return fma((load_lanes<Arch>(a + c, n) - center) * scale, load_lanes<Arch>(band.scale + c, n),
                 load_lanes<Arch>(band.shift + c, n));
    });
  });
}

}  // namespace fcn::kernels

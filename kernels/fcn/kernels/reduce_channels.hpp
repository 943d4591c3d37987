// SPDX-License-Identifier: MIT
// Sum, mean, maximum and minimum over the channels of each pixel: one channel out.
#pragma once

#include "fcn/kernels/kernel_table.hpp"
#include "fcn/kernels/pixelwise.hpp"
#include "fcn/kernels/simd.hpp"
#include "fcn/kernels/sixteen_sums.hpp"

namespace fcn::kernels {

/// A single channel, f(pixel of a), for every pixel of the slice.
template <class Arch, class F>
FCN_FORCE_INLINE void reduce_pixels(const PixelBand& band, Range pixels, F&& f) {
  for_each_pixel<Arch>(band, pixels, [&](const auto& at) FCN_INLINE_LAMBDA {
    const float value = f(at.in(band.a));
    float* out = at.out(band.out);
    for (int c = 0; c < kChannelQuantum; c += Vec<Arch>::width) Vec<Arch>::zero().store(out + c);
    *out = value;
  });
}

template <class Arch>
void channel_sum_f32(const PixelBand& band, Range pixels) {
  reduce_pixels<Arch>(band, pixels,
                      [&](const float* a) FCN_INLINE_LAMBDA { return channel_sum<Arch>(a, band.channels); });
}

template <class Arch>
void channel_mean_f32(const PixelBand& band, Range pixels) {
  const auto count = static_cast<float>(band.channels);
  reduce_pixels<Arch>(band, pixels, [&](const float* a) FCN_INLINE_LAMBDA {
    return channel_sum<Arch>(a, band.channels) / count;
  });
}

template <class Arch>
void channel_maximum_f32(const PixelBand& band, Range pixels) {
  using V = Vec<Arch>;
  const float none = -__builtin_inff();
  reduce_pixels<Arch>(band, pixels, [&](const float* a) FCN_INLINE_LAMBDA {
    float most[kSums];
    gather_sixteen<Arch>(a, band.channels, none, none, most, [](V m, V x) FCN_INLINE_LAMBDA {
      return V::select(V::either(x > m, is_nan(x)), x, m);
    });
    return join_halves<Arch>(most,
                             [](float m, float x) FCN_INLINE_LAMBDA { return x > m || x != x ? x : m; });
  });
}

template <class Arch>
void channel_minimum_f32(const PixelBand& band, Range pixels) {
  using V = Vec<Arch>;
  const float none = __builtin_inff();
  reduce_pixels<Arch>(band, pixels, [&](const float* a) FCN_INLINE_LAMBDA {
    float least[kSums];
    gather_sixteen<Arch>(a, band.channels, none, none, least, [](V m, V x) FCN_INLINE_LAMBDA {
      return V::select(V::either(m > x, is_nan(x)), x, m);
    });
    return join_halves<Arch>(least,
                             [](float m, float x) FCN_INLINE_LAMBDA { return m > x || x != x ? x : m; });
  });
}

}  // namespace fcn::kernels

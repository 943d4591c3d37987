// SPDX-License-Identifier: MIT
// Functions of each value by itself, other than relu: leaky relu, prelu, clip, sigmoid, silu and their hard
// forms. The reference is reference/activation.hpp.
#pragma once

#include "fcn/kernels/exp.hpp"
#include "fcn/kernels/kernel_table.hpp"
#include "fcn/kernels/pixelwise.hpp"
#include "fcn/kernels/simd.hpp"

namespace fcn::kernels {

/// At least low, at most high; NaN gives low.
template <class Arch>
FCN_FORCE_INLINE Vec<Arch> clip(Vec<Arch> x, Vec<Arch> low, Vec<Arch> high) {
  const auto y = Vec<Arch>::select(x > low, x, low);
  return Vec<Arch>::select(high > y, y, high);
}

/// 1 / (1 + e^-x), by the exponential of a number that is not positive.
template <class Arch>
FCN_FORCE_INLINE Vec<Arch> sigmoid(Vec<Arch> x) {
  using V = Vec<Arch>;
  const auto positive = x > V::zero();
  const auto one = V::broadcast(1.0f);
  const auto t = exp_nonpositive<Arch>(less_or_second(V::zero() - x, x));
  return V::select(positive, one, t) / (one + t);
}

/// f(x, c, n) of every value of the slice; x is the register of channels c .. c + n - 1.
template <class Arch, class F>
FCN_FORCE_INLINE void map_values(const PixelBand& band, Range pixels, F&& f) {
  for_each_pixel<Arch>(band, pixels, [&](const auto& at) FCN_INLINE_LAMBDA {
    const float* a = at.in(band.a);
    write_pixel<Arch>(band.channels, at.out(band.out),
                      [&](int c, int n) FCN_INLINE_LAMBDA { return f(load_lanes<Arch>(a + c, n), c, n); });
  });
}

template <class Arch>
void leaky_relu_f32(const ActivationBand& band, Range pixels) {
  using V = Vec<Arch>;
  const auto alpha = V::broadcast(band.alpha);
  map_values<Arch>(band, pixels,
                   [&](V x, int, int) FCN_INLINE_LAMBDA { return V::select(x > V::zero(), x, alpha * x); });
}

template <class Arch>
void prelu_f32(const PReluBand& band, Range pixels) {
  using V = Vec<Arch>;
  map_values<Arch>(band, pixels, [&](V x, int c, int n) FCN_INLINE_LAMBDA {
    return V::select(x > V::zero(), x, load_lanes<Arch>(band.slopes + c, n) * x);
  });
}

template <class Arch>
void clip_f32(const ActivationBand& band, Range pixels) {
  using V = Vec<Arch>;
  const auto low = V::broadcast(band.alpha), high = V::broadcast(band.beta);
  map_values<Arch>(band, pixels, [&](V x, int, int) FCN_INLINE_LAMBDA { return clip<Arch>(x, low, high); });
}

template <class Arch>
void sigmoid_f32(const PixelBand& band, Range pixels) {
  using V = Vec<Arch>;
  map_values<Arch>(band, pixels, [](V x, int, int) FCN_INLINE_LAMBDA { return sigmoid<Arch>(x); });
}

template <class Arch>
void silu_f32(const PixelBand& band, Range pixels) {
  using V = Vec<Arch>;
  map_values<Arch>(band, pixels, [](V x, int, int) FCN_INLINE_LAMBDA {
    x = greater_or_second(V::broadcast(-88.0f), x);
    const auto t = exp_of_negative<Arch>(less_or_second(V::broadcast(20.0f), x));
    return x / fma(t.fraction, t.power, V::broadcast(1.0f));
  });
}

template <class Arch>
void hard_sigmoid_f32(const ActivationBand& band, Range pixels) {
  using V = Vec<Arch>;
  const auto alpha = V::broadcast(band.alpha), beta = V::broadcast(band.beta), one = V::broadcast(1.0f);
  map_values<Arch>(band, pixels, [&](V x, int, int) FCN_INLINE_LAMBDA {
    return clip<Arch>(fma(alpha, x, beta), V::zero(), one);
  });
}

template <class Arch>
void hard_swish_f32(const PixelBand& band, Range pixels) {
  using V = Vec<Arch>;
  const auto sixth = V::broadcast(1.0f / 6.0f), half = V::broadcast(0.5f), one = V::broadcast(1.0f);
  map_values<Arch>(band, pixels, [&](V x, int, int) FCN_INLINE_LAMBDA {
    return x * clip<Arch>(fma(sixth, x, half), V::zero(), one);
  });
}

}  // namespace fcn::kernels

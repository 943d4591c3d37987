// SPDX-License-Identifier: MIT
// Activations that are curves: elu, gelu, softplus, softsign, tanh, mish, abs, exp, sqrt, erf. (Not here:
// logarithm and powers, log.hpp.) The reference is reference/curves.hpp; tests/kernels/test_curves.cpp
// measures each. Steps:
//
//   erf, |x| < 1   s = x * x; p = kErfNear by Horner in s; fma(x, p, x): near 0 the precision is relative
//   erf, else      t = |x|, at most 4, whose result rounds to 1; q = kErfFar by Horner in t, ln(1 - erf t);
//                  y = 1 - exp(q); x > 0 ? y : 0 - y
//   gelu           x, at least -6, times Phi, the normal distribution's share below y, which is x limited to
//                  [-6, 6]; q = kNormalTail by Horner in |y|, -ln Phi(-|y|); t = exp.hpp's e^-q, a product;
//                  Phi = y > 0 ? 1 - t : t
//   ln(1 + t)      0 <= t <= 1: above sqrt(2) - 1 with r = (t - 1) * 1/2 and e = 1, else r = t and e = 0;
//                  then the steps of local_response_norm.hpp from z on
//
// The coefficients are least-squares fits reweighted to the smallest largest error: 1.2e-9 of erf(x) / x, and
// of erf; 7.5e-9 of Phi.
#pragma once

#include <cstddef>

#include "fcn/kernels/activation.hpp"
#include "fcn/kernels/exp.hpp"
#include "fcn/kernels/kernel_table.hpp"
#include "fcn/kernels/simd.hpp"

namespace fcn::kernels {

// Templates on the arch although they are the same for all: a unit's symbols carry its arch's name.

/// erf(x) / x - 1 for |x| < 1, highest power of x^2 first.
template <class Arch>
inline constexpr float kErfNear[] = {7.889119526e-05f, -8.020841278e-04f, 5.189535339e-03f, -2.685444459e-02f,
                                     1.128360018e-01f, -3.761262714e-01f, 1.283791659e-01f};
/// ln(1 - erf t) for t of 1 to 4, highest power of t first.
template <class Arch>
inline constexpr float kErfFar[] = {1.863867790e-04f,  -2.947728486e-03f, 2.183832933e-02f, -1.031072796e-01f,
                                    -6.381442587e-01f, -1.127089519e+00f, -3.414456963e-04f};

/// -ln Phi(-t) for t of 0 to 6, highest power of t first.
template <class Arch>
inline constexpr float kNormalTail[] = {1.921442163e-06f, -2.676991243e-05f, 1.265325991e-04f,
                                        1.011089043e-04f, -4.904342350e-03f, 3.639371321e-02f,
                                        3.182965815e-01f, 7.978857160e-01f,  6.931471825e-01f};

/// The polynomial with these coefficients, highest power first.
template <class Arch, std::size_t count>
FCN_FORCE_INLINE Vec<Arch> horner(const float (&coefficients)[count], Vec<Arch> x) {
  auto p = Vec<Arch>::broadcast(coefficients[0]);
  for (std::size_t i = 1; i < count; ++i) p = fma(p, x, Vec<Arch>::broadcast(coefficients[i]));
  return p;
}

template <class Arch>
FCN_FORCE_INLINE Vec<Arch> absolute(Vec<Arch> x) {
  using V = Vec<Arch>;
  return greater_or_second(x, V::zero() - x);
}

/// y with the sign of x.
template <class Arch>
FCN_FORCE_INLINE Vec<Arch> odd(Vec<Arch> x, Vec<Arch> y) {
  using V = Vec<Arch>;
  return V::select(x > V::zero(), y, V::zero() - y);
}

template <class Arch>
FCN_FORCE_INLINE Vec<Arch> error_function(Vec<Arch> x) {
  using V = Vec<Arch>;
  const auto one = V::broadcast(1.0f), four = V::broadcast(4.0f);
  const auto size = absolute<Arch>(x);
  const auto near = fma(x, horner<Arch>(kErfNear<Arch>, x * x), x);
  const auto t = V::select(size > four, four, size);
  const auto far = one - exp_nonpositive<Arch>(horner<Arch>(kErfFar<Arch>, t));
  return V::select(one > size, near, odd<Arch>(x, far));
}

template <class Arch>
FCN_FORCE_INLINE Vec<Arch> gelu(Vec<Arch> x) {
  using V = Vec<Arch>;
  x = greater_or_second(V::broadcast(-6.0f), x);
  const auto y = less_or_second(V::broadcast(6.0f), x);
  const auto tail = exp_of_negative<Arch>(horner<Arch>(kNormalTail<Arch>, absolute<Arch>(y)));
  const auto t = tail.fraction * tail.power;
  return x * V::select(y > V::zero(), V::broadcast(1.0f) - t, t);
}

template <class Arch>
FCN_FORCE_INLINE Vec<Arch> tangent(Vec<Arch> x) {
  using V = Vec<Arch>;
  const auto size = absolute<Arch>(x);
  const auto t = exp_minus_one_nonpositive<Arch>(V::zero() - (size + size));
  return odd<Arch>(x, (V::zero() - t) / (V::broadcast(2.0f) + t));
}

/// ln(1 + t) for t of 0 to 1.
template <class Arch>
FCN_FORCE_INLINE Vec<Arch> log_one_plus(Vec<Arch> t) {
  using V = Vec<Arch>;
  const auto one = V::broadcast(1.0f), half = V::broadcast(0.5f);
  const auto large = t > V::broadcast(0.414213562f);
  const auto r = V::select(large, (t - one) * half, t);
  const auto e = V::select(large, one, V::zero());
  const auto z = r * r;
  static constexpr float coefficients[] = {7.0376836292e-2f,  -1.1514610310e-1f, 1.1676998740e-1f,
                                           -1.2420140846e-1f, 1.4249322787e-1f,  -1.6668057665e-1f,
                                           2.0000714765e-1f,  -2.4999993993e-1f, 3.3333331174e-1f};
  auto p = horner<Arch>(coefficients, r);
  p = p * r * z;
  p = fma(e, V::broadcast(-2.12194440e-4f), p);
  p = fma(V::broadcast(-0.5f), z, p);
  return fma(e, V::broadcast(0.693359375f), r + p);
}

template <class Arch>
void elu_f32(const ActivationBand& band, Range pixels) {
  using V = Vec<Arch>;
  const auto alpha = V::broadcast(band.alpha), beta = V::broadcast(band.beta);
  map_values<Arch>(band, pixels, [&](V x, int, int) FCN_INLINE_LAMBDA {
    return V::select(x > V::zero(), beta * x, alpha * exp_minus_one_nonpositive<Arch>(x));
  });
}

template <class Arch>
void gelu_f32(const PixelBand& band, Range pixels) {
  map_values<Arch>(band, pixels, [](Vec<Arch> x, int, int) FCN_INLINE_LAMBDA { return gelu<Arch>(x); });
}

template <class Arch>
void gelu_tanh_f32(const PixelBand& band, Range pixels) {
  using V = Vec<Arch>;
  const auto cubic = V::broadcast(0.0713548163f), linear = V::broadcast(1.59576912f);
  map_values<Arch>(band, pixels, [&](V x, int, int) FCN_INLINE_LAMBDA {
    return x * sigmoid<Arch>(x * fma(cubic, x * x, linear));
  });
}

template <class Arch>
void softplus_f32(const PixelBand& band, Range pixels) {
  using V = Vec<Arch>;
  map_values<Arch>(band, pixels, [](V x, int, int) FCN_INLINE_LAMBDA {
    const auto t = exp_nonpositive<Arch>(V::zero() - absolute<Arch>(x));
    return V::select(x > V::zero(), x, V::zero()) + log_one_plus<Arch>(t);
  });
}

template <class Arch>
void softsign_f32(const PixelBand& band, Range pixels) {
  using V = Vec<Arch>;
  map_values<Arch>(band, pixels, [](V x, int, int) FCN_INLINE_LAMBDA {
    return x / (V::broadcast(1.0f) + absolute<Arch>(x));
  });
}

template <class Arch>
void tanh_f32(const PixelBand& band, Range pixels) {
  using V = Vec<Arch>;
  map_values<Arch>(band, pixels, [](V x, int, int) FCN_INLINE_LAMBDA { return tangent<Arch>(x); });
}

/// tanh(ln(1 + e^x)) is a quotient of polynomials in e^x; by e^-|x| neither overflows.
template <class Arch>
void mish_f32(const PixelBand& band, Range pixels) {
  using V = Vec<Arch>;
  const auto one = V::broadcast(1.0f), two = V::broadcast(2.0f);
  map_values<Arch>(band, pixels, [&](V x, int, int) FCN_INLINE_LAMBDA {
    const auto positive = x > V::zero();
    const auto t = exp_nonpositive<Arch>(V::zero() - absolute<Arch>(x));
    const auto square = t * t, twice = t + t;
    const auto n = V::select(positive, one + twice, square + twice);
    return x * (n / (n + V::select(positive, square + square, two)));
  });
}

template <class Arch>
void abs_f32(const PixelBand& band, Range pixels) {
  using V = Vec<Arch>;
  map_values<Arch>(band, pixels, [](V x, int, int) FCN_INLINE_LAMBDA { return absolute<Arch>(x); });
}

template <class Arch>
void exp_f32(const PixelBand& band, Range pixels) {
  using V = Vec<Arch>;
  map_values<Arch>(band, pixels, [](V x, int, int) FCN_INLINE_LAMBDA { return exponential<Arch>(x); });
}

template <class Arch>
void sqrt_f32(const PixelBand& band, Range pixels) {
  using V = Vec<Arch>;
  map_values<Arch>(band, pixels, [](V x, int, int) FCN_INLINE_LAMBDA { return square_root(x); });
}

template <class Arch>
void erf_f32(const PixelBand& band, Range pixels) {
  using V = Vec<Arch>;
  map_values<Arch>(band, pixels, [](V x, int, int) FCN_INLINE_LAMBDA { return error_function<Arch>(x); });
}

}  // namespace fcn::kernels

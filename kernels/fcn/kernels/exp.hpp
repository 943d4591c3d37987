// SPDX-License-Identifier: MIT
// e^x, and e^x - 1 for x <= 0, the basis of most curves: written out because a library's differs from
// machine to machine, and bits are specified. Range reduction and polynomial are expf's of the Cephes
// Mathematical Library 2.2 (S. L. Moshier), which states a relative error of 1.7e-7;
// tests/kernels/test_exp.cpp measures this one against float64. Steps (fma everywhere but where * or + is
// written):
//
//   x  = x < -104 ? -104 : x               e^-104 rounds to 0; NaN stays
//   n  = fma(x, log2 e, 3 2^22) - 3 2^22   the nearest whole number, ties to even
//   r  = fma(n, -0.693359375, x)           ln 2 in two parts, the first short, so that n times it is exact
//   r  = fma(n, 2.12194440e-4, r)          |r| <= ln 2 / 2
//   p  = the polynomial below by Horner;   p = fma(p, r * r, r);   p = p + 1
//   h  = fma(n, 1/2, 3 2^22) - 3 2^22      2^n in two factors, since 2^-150 is none
//   e^x = p * 2^h * 2^(n - h)              denormal results are kept, rounded by the last product alone;
//                                          the same as p * 2^n wherever 2^n is a number
//
// Positive x are first limited to 89, which overflows. e^x - 1: the same without p + 1, x being at least -30,
// whose result rounds to -1; s = 2^n; fma(p, s, s - 1), so that small x keep their relative precision.
//
// For a curve that adds 1 to it, e^-y of y in [-88, 87] is shorter, and stays a product:
//
//   m  = fma(y, -log2 e, 3 2^22 + 127)     whose lowest bits are n + 127, the exponent of 2^n
//   n  = m - (3 2^22 + 127)
//   r  = fma(n, ln 2, y)                   ln 2 as one float32, which errs by 1.9e-9
//   p  = e^-r by Horner, its first terms 1 - r, the others fitted like those of curves.hpp to 3.6e-9
//   e^-y = p * 2^n
#pragma once

#include "fcn/kernels/simd.hpp"

namespace fcn::kernels {

/// 2^n for whole n in [-126, 127]: n + 127 in the lowest mantissa bits of 2^23 + 127 + n becomes the
/// exponent.
template <class Arch>
FCN_FORCE_INLINE Vec<Arch> power_of_two(Vec<Arch> n) {
  return (n + Vec<Arch>::broadcast(8388735.0f)).mantissa_to_exponent();
}

/// n, the whole number nearest to x / ln 2.
template <class Arch>
FCN_FORCE_INLINE Vec<Arch> whole_powers(Vec<Arch> x) {
  const auto rounder = Vec<Arch>::broadcast(12582912.0f);
  return fma(x, Vec<Arch>::broadcast(1.44269504088896341f), rounder) - rounder;
}

/// e^r - 1, r being x - n ln 2.
template <class Arch>
FCN_FORCE_INLINE Vec<Arch> exp_fraction_minus_one(Vec<Arch> x, Vec<Arch> n) {
  using V = Vec<Arch>;
  auto r = fma(n, V::broadcast(-0.693359375f), x);
  r = fma(n, V::broadcast(2.12194440e-4f), r);
  auto p = V::broadcast(1.9875691500e-4f);
  p = fma(p, r, V::broadcast(1.3981999507e-3f));
  p = fma(p, r, V::broadcast(8.3334519073e-3f));
  p = fma(p, r, V::broadcast(4.1665795894e-2f));
  p = fma(p, r, V::broadcast(1.6666665459e-1f));
  p = fma(p, r, V::broadcast(5.0000001201e-1f));
  return fma(p, r * r, r);
}

/// p * 2^n, rounded once. `deep`: n may be so low that 2^n is no number.
template <class Arch>
FCN_FORCE_INLINE Vec<Arch> times_power_of_two(Vec<Arch> p, Vec<Arch> n, bool deep) {
  using V = Vec<Arch>;
  if constexpr (V::scales) return p.scaled(n);
  if (!deep) return p * power_of_two<Arch>(n);
  const auto rounder = V::broadcast(12582912.0f);
  const auto half = fma(n, V::broadcast(0.5f), rounder) - rounder;
  return p * power_of_two<Arch>(half) * power_of_two<Arch>(n - half);
}

/// e^x for x <= 0; NaN for NaN.
template <class Arch>
FCN_FORCE_INLINE Vec<Arch> exp_nonpositive(Vec<Arch> x) {
  using V = Vec<Arch>;
  x = greater_or_second(V::broadcast(-104.0f), x);
  const auto n = whole_powers<Arch>(x);
  const auto p = exp_fraction_minus_one<Arch>(x, n) + V::broadcast(1.0f);
  return times_power_of_two<Arch>(p, n, !V::scales && V::any(V::broadcast(-87.0f) > x));
}

/// e^x for any x.
template <class Arch>
FCN_FORCE_INLINE Vec<Arch> exponential(Vec<Arch> x) {
  using V = Vec<Arch>;
  const auto highest = V::broadcast(89.0f);
  x = greater_or_second(V::broadcast(-104.0f), V::select(x > highest, highest, x));
  const auto n = whole_powers<Arch>(x);
  return times_power_of_two<Arch>(exp_fraction_minus_one<Arch>(x, n) + V::broadcast(1.0f), n, true);
}

/// A number as the product of a fraction near 1 and a power of two.
template <class Arch>
struct ScaledFraction {
  Vec<Arch> fraction;
  Vec<Arch> power;
};

/// e^-y for y of -88 to 87; NaN for NaN.
template <class Arch>
FCN_FORCE_INLINE ScaledFraction<Arch> exp_of_negative(Vec<Arch> y) {
  using V = Vec<Arch>;
  const auto rounder = V::broadcast(12583039.0f), one = V::broadcast(1.0f);
  const auto biased = fma(y, V::broadcast(-1.44269504088896341f), rounder);
  const auto r = fma(biased - rounder, V::broadcast(0.693147180559945309f), y);
  auto p = V::broadcast(1.3814540580e-3f);
  p = fma(p, r, V::broadcast(-8.3687454462e-3f));
  p = fma(p, r, V::broadcast(4.1668388993e-2f));
  p = fma(p, r, V::broadcast(-1.6666521132e-1f));
  p = fma(p, r, V::broadcast(4.9999994040e-1f));
  p = fma(p, r, V::broadcast(-1.0f));
  return {fma(p, r, one), biased.mantissa_to_exponent()};
}

/// e^x - 1 for x <= 0.
template <class Arch>
FCN_FORCE_INLINE Vec<Arch> exp_minus_one_nonpositive(Vec<Arch> x) {
  using V = Vec<Arch>;
  const auto lowest = V::broadcast(-30.0f);
  x = V::select(lowest > x, lowest, x);
  const auto n = whole_powers<Arch>(x);
  const auto s = power_of_two<Arch>(n);
  return fma(exp_fraction_minus_one<Arch>(x, n), s, s - V::broadcast(1.0f));
}

}  // namespace fcn::kernels

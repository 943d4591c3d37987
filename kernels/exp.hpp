// SPDX-License-Identifier: MIT
// e^x for x <= 0, the only transcendental function of the kernels: written out because a library's differs
// from machine to machine, and bits are specified. Range reduction and polynomial are expf's of the Cephes
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
//   e^x = p * 2^h * 2^(n - h)              denormal results are kept, rounded by the last product alone
#pragma once

#include "kernels/simd.hpp"

namespace fcn::kernels {

/// 2^n for whole n in [-126, 127]: n + 127 in the lowest mantissa bits of 2^23 + 127 + n becomes the
/// exponent.
template <class Arch>
FCN_INLINE Vec<Arch> power_of_two(Vec<Arch> n) {
  return (n + Vec<Arch>::broadcast(8388735.0f)).mantissa_to_exponent();
}

/// e^x for x <= 0; NaN for NaN.
template <class Arch>
FCN_INLINE Vec<Arch> exp_nonpositive(Vec<Arch> x) {
  using V = Vec<Arch>;
  const auto rounder = V::broadcast(12582912.0f);
  const auto lowest = V::broadcast(-104.0f);
  x = V::select(lowest > x, lowest, x);
  const auto n = fma(x, V::broadcast(1.44269504088896341f), rounder) - rounder;
  auto r = fma(n, V::broadcast(-0.693359375f), x);
  r = fma(n, V::broadcast(2.12194440e-4f), r);
  auto p = V::broadcast(1.9875691500e-4f);
  p = fma(p, r, V::broadcast(1.3981999507e-3f));
  p = fma(p, r, V::broadcast(8.3334519073e-3f));
  p = fma(p, r, V::broadcast(4.1665795894e-2f));
  p = fma(p, r, V::broadcast(1.6666665459e-1f));
  p = fma(p, r, V::broadcast(5.0000001201e-1f));
  p = fma(p, r * r, r);
  p = p + V::broadcast(1.0f);
  const auto half = fma(n, V::broadcast(0.5f), rounder) - rounder;
  return p * power_of_two<Arch>(half) * power_of_two<Arch>(n - half);
}

}  // namespace fcn::kernels

// SPDX-License-Identifier: MIT
// The natural logarithm and powers, one value at a time in float64: few networks use them, on small maps,
// and a power in float32 would lose as many bits as its exponent has. Plain products and sums, no fused ones,
// so that every arch, SSE2 too, has the same bits. Steps:
//
//   t is m 2^e, sqrt(1/2) <= m < sqrt(2); s = (m - 1) / (m + 1); z = s * s
//   p = 1/15 + ... by Horner over 1/13, 1/11, ... 1/3 in z, the series of atanh
//   ln t = e * ln 2 + (2 s + 2 s * (z * p)), within 2^-43
//
//
//   y is limited to -150 ... 100; n = (y * log2 e + 3 2^51) - 3 2^51, the nearest whole number
//   r = y - n * 0.693147180369123816490 - n * 1.90821492927058770002e-10, ln 2 in two parts
//   p = 1/11! + ... by Horner over 1/10!, 1/9!, ... 1, 1 in r; e^y = p * 2^n, within 2^-40
#pragma once

#include <cstddef>
#include <cstdint>

#include "fcn/kernels/activation.hpp"
#include "fcn/kernels/kernel_table.hpp"
#include "fcn/kernels/simd.hpp"

namespace fcn::kernels {

/// ln t for t > 0; -infinity for 0 of either sign; NaN below and for NaN.
template <class Arch>
FCN_FORCE_INLINE double precise_log(double t) {
  if (!(t > 0.0)) return t == 0.0 ? -__builtin_inf() : __builtin_nan("");
  if (t > 1e300) return t;  // no float is as large but infinity
  constexpr std::uint64_t root_half = 0x3fe6a09e667f3bcdu;
  std::uint64_t bits;
  __builtin_memcpy(&bits, &t, sizeof bits);
  // Subtracting the mantissa of sqrt(1/2) carries into the exponent where m would be less.
  const std::uint64_t above = bits - root_half;
  const double e = static_cast<double>(static_cast<std::int64_t>(above) >> 52);
  bits = (above & 0xfffffffffffffu) + root_half;
  double m;
  __builtin_memcpy(&m, &bits, sizeof m);
  const double s = (m - 1.0) / (m + 1.0), z = s * s;
  double p = 1.0 / 15.0;
  p = p * z + 1.0 / 13.0;
  p = p * z + 1.0 / 11.0;
  p = p * z + 1.0 / 9.0;
  p = p * z + 1.0 / 7.0;
  p = p * z + 1.0 / 5.0;
  p = p * z + 1.0 / 3.0;
  const double twice = s + s;
  return e * 0.693147180559945309417 + (twice + twice * (z * p));
}

/// e^y, as a float would hold it: 0 below -150, infinity above 100.
template <class Arch>
FCN_FORCE_INLINE double precise_exp(double y) {
  y = y < -150.0 ? -150.0 : y;
  y = y > 100.0 ? 100.0 : y;
  const double rounder = 6755399441055744.0;
  const double n = (y * 1.44269504088896340736 + rounder) - rounder;
  const double r = y - n * 0.693147180369123816490 - n * 1.90821492927058770002e-10;
  double p = 1.0 / 39916800.0;
  p = p * r + 1.0 / 3628800.0;
  p = p * r + 1.0 / 362880.0;
  p = p * r + 1.0 / 40320.0;
  p = p * r + 1.0 / 5040.0;
  p = p * r + 1.0 / 720.0;
  p = p * r + 1.0 / 120.0;
  p = p * r + 1.0 / 24.0;
  p = p * r + 1.0 / 6.0;
  p = p * r + 0.5;
  p = p * r + 1.0;
  p = p * r + 1.0;
  // n + 1023 in the lowest mantissa bits becomes the exponent.
  const double biased = n + (rounder + 1023.0);
  std::uint64_t bits;
  __builtin_memcpy(&bits, &biased, sizeof bits);
  bits <<= 52;
  double power;
  __builtin_memcpy(&power, &bits, sizeof power);
  return p * power;
}

/// f(x) of every value of the slice, one at a time.
template <class Arch, class F>
FCN_FORCE_INLINE void map_singly(const PixelBand& band, Range pixels, F&& f) {
  using V = Vec<Arch>;
  map_values<Arch>(band, pixels, [&](V x, int, int n) FCN_INLINE_LAMBDA {
    float lanes[V::size];
    x.store(lanes);
    for (int j = 0; j < n; ++j) lanes[j] = f(lanes[j]);
    return V::load(lanes);
  });
}

template <class Arch>
void log_f32(const PixelBand& band, Range pixels) {
  map_singly<Arch>(band, pixels, [](float x) FCN_INLINE_LAMBDA {
    return static_cast<float>(precise_log<Arch>(static_cast<double>(x)));
  });
}

template <class Arch>
void power_f32(const ActivationBand& band, Range pixels) {
  const auto alpha = static_cast<double>(band.alpha);
  map_singly<Arch>(band, pixels, [&](float x) FCN_INLINE_LAMBDA {
    if (!(x >= 0.0f)) return __builtin_nanf("");
    const double y = alpha == 0.0 ? 0.0 : alpha * precise_log<Arch>(static_cast<double>(x));
    return static_cast<float>(precise_exp<Arch>(y));
  });
}

}  // namespace fcn::kernels

// SPDX-License-Identifier: MIT
// Logarithm and powers in float64, the truth of fcn/kernels/log.hpp, which explains the steps. Never
// optimised.
#pragma once

#include <cmath>
#include <initializer_list>
#include <limits>

#include "fcn/kernels/kernel_table.hpp"
#include "fcn/kernels/reference/activation.hpp"

namespace fcn::kernels::reference {

/// ln t for t > 0; -infinity for 0 of either sign; NaN below and for NaN.
inline double precise_log(double t) {
  if (t == 0.0) return -std::numeric_limits<double>::infinity();
  if (!(t > 0.0)) return std::numeric_limits<double>::quiet_NaN();
  if (std::isinf(t)) return t;
  int exponent = 0;
  double m = std::frexp(t, &exponent);  // from 1/2 to 1
  if (m < 0.70710678118654752440) {
    m = m + m;
    exponent -= 1;
  }
  const double s = (m - 1.0) / (m + 1.0), z = s * s;
  double p = 1.0 / 15.0;
  for (const double odd : {13.0, 11.0, 9.0, 7.0, 5.0, 3.0}) p = p * z + 1.0 / odd;
  const double twice = s + s;
  return exponent * 0.693147180559945309417 + (twice + twice * (z * p));
}

/// e^y, as a float would hold it: 0 below -150, infinity above 100.
inline double precise_exp(double y) {
  y = y < -150.0 ? -150.0 : y;
  y = y > 100.0 ? 100.0 : y;
  if (std::isnan(y)) return y;
  const double n = std::nearbyint(y * 1.44269504088896340736);
  const double r = y - n * 0.693147180369123816490 - n * 1.90821492927058770002e-10;
  double p = 1.0 / 39916800.0;
  for (const double factorial :
       {3628800.0, 362880.0, 40320.0, 5040.0, 720.0, 120.0, 24.0, 6.0, 2.0, 1.0, 1.0}) {
    p = p * r + 1.0 / factorial;
  }
  return std::ldexp(p, static_cast<int>(n));
}

inline void log_f32(const PixelBand& band, Range pixels) {
  map_values(band, pixels, [](float x, int) { return static_cast<float>(precise_log(double{x})); });
}

inline void power_f32(const ActivationBand& band, Range pixels) {
  map_values(band, pixels, [&](float x, int) {
    if (!(x >= 0.0f)) return std::numeric_limits<float>::quiet_NaN();
    const double y = band.alpha == 0.0f ? 0.0 : double{band.alpha} * precise_log(double{x});
    return static_cast<float>(precise_exp(y));
  });
}

}  // namespace fcn::kernels::reference

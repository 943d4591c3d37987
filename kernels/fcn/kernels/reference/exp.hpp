// SPDX-License-Identifier: MIT
// e^x, and e^x - 1 for x <= 0, the truth of fcn/kernels/exp.hpp, which explains the steps: the same ones, a
// scalar at a time.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

namespace fcn::kernels::reference {

/// 2^n for a whole n in [-126, 127], from the exponent bits that adding 2^23 + 127 leaves lowest.
inline float power_of_two(float n) {
  const float biased = n + 8388735.0f;
  std::uint32_t bits;
  std::memcpy(&bits, &biased, sizeof bits);
  bits <<= 23;
  float power;
  std::memcpy(&power, &bits, sizeof power);
  return power;
}

/// n, the whole number nearest to x / ln 2.
inline float whole_powers(float x) {
  constexpr float kRounder = 12582912.0f;
  return std::fma(x, 1.44269504088896341f, kRounder) - kRounder;
}

/// e^r - 1, r being x - n ln 2.
inline float exp_fraction_minus_one(float x, float n) {
  float r = std::fma(n, -0.693359375f, x);
  r = std::fma(n, 2.12194440e-4f, r);
  float p = 1.9875691500e-4f;
  p = std::fma(p, r, 1.3981999507e-3f);
  p = std::fma(p, r, 8.3334519073e-3f);
  p = std::fma(p, r, 4.1665795894e-2f);
  p = std::fma(p, r, 1.6666665459e-1f);
  p = std::fma(p, r, 5.0000001201e-1f);
  return std::fma(p, r * r, r);
}

/// e^x for x <= 0 or NaN.
inline float exp_nonpositive(float x) {
  constexpr float kRounder = 12582912.0f;
  x = x < -104.0f ? -104.0f : x;
  const float n = whole_powers(x);
  const float p = exp_fraction_minus_one(x, n) + 1.0f;
  const float half = std::fma(n, 0.5f, kRounder) - kRounder;
  return p * power_of_two(half) * power_of_two(n - half);
}

/// e^x for any x.
inline float exponential(float x) {
  return exp_nonpositive(x > 89.0f ? 89.0f : x);
}

struct ScaledFraction {
  float fraction;
  float power;
};

/// e^-y for y of -88 to 87 or NaN.
inline ScaledFraction exp_of_negative(float y) {
  constexpr float kRounder = 12583039.0f;
  const float biased = std::fma(y, -1.44269504088896341f, kRounder);
  const float n = biased - kRounder;
  const float r = std::fma(n, 0.693147180559945309f, y);
  float p = 1.3814540580e-3f;
  p = std::fma(p, r, -8.3687454462e-3f);
  p = std::fma(p, r, 4.1668388993e-2f);
  p = std::fma(p, r, -1.6666521132e-1f);
  p = std::fma(p, r, 4.9999994040e-1f);
  p = std::fma(p, r, -1.0f);
  return {std::fma(p, r, 1.0f), power_of_two(n)};
}

/// e^x - 1 for x <= 0 or NaN.
inline float exp_minus_one_nonpositive(float x) {
  x = x < -30.0f ? -30.0f : x;
  const float n = whole_powers(x);
  const float s = power_of_two(n);
  return std::fma(exp_fraction_minus_one(x, n), s, s - 1.0f);
}

}  // namespace fcn::kernels::reference

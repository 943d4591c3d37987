// SPDX-License-Identifier: MIT
// Activations that are curves, the truth of fcn/kernels/curves.hpp, which explains the steps. Never
// optimised.
#pragma once

#include <cmath>
#include <cstddef>
#include <initializer_list>

#include "fcn/kernels/kernel_table.hpp"
#include "fcn/kernels/reference/activation.hpp"
#include "fcn/kernels/reference/exp.hpp"

namespace fcn::kernels::reference {

inline float absolute(float x) {
  return x > 0.0f ? x : 0.0f - x;
}

/// y with the sign of x.
inline float odd(float x, float y) {
  return x > 0.0f ? y : 0.0f - y;
}

inline float error_function(float x) {
  const float size = absolute(x);
  if (size < 1.0f) {
    const float s = x * x;
    float p = 7.889119526e-05f;
    for (const float next : {-8.020841278e-04f, 5.189535339e-03f, -2.685444459e-02f, 1.128360018e-01f,
                             -3.761262714e-01f, 1.283791659e-01f}) {
      p = std::fma(p, s, next);
    }
    return std::fma(x, p, x);
  }
  const float t = size > 4.0f ? 4.0f : size;
  float q = 1.863867790e-04f;
  for (const float next : {-2.947728486e-03f, 2.183832933e-02f, -1.031072796e-01f, -6.381442587e-01f,
                           -1.127089519e+00f, -3.414456963e-04f}) {
    q = std::fma(q, t, next);
  }
  return odd(x, 1.0f - exp_nonpositive(q));
}

inline float gelu(float x) {
  x = x < -6.0f ? -6.0f : x;
  const float y = x > 6.0f ? 6.0f : x;
  float q = 1.921442163e-06f;
  for (const float next : {-2.676991243e-05f, 1.265325991e-04f, 1.011089043e-04f, -4.904342350e-03f,
                           3.639371321e-02f, 3.182965815e-01f, 7.978857160e-01f, 6.931471825e-01f}) {
    q = std::fma(q, absolute(y), next);
  }
  const ScaledFraction tail = exp_of_negative(q);
  const float t = tail.fraction * tail.power;
  return x * (y > 0.0f ? 1.0f - t : t);
}

/// ln(1 + t) for t of 0 to 1.
inline float log_one_plus(float t) {
  const bool large = t > 0.414213562f;
  const float r = large ? (t - 1.0f) * 0.5f : t;
  const float e = large ? 1.0f : 0.0f;
  const float z = r * r;
  float p = 7.0376836292e-2f;
  for (const float next : {-1.1514610310e-1f, 1.1676998740e-1f, -1.2420140846e-1f, 1.4249322787e-1f,
                           -1.6668057665e-1f, 2.0000714765e-1f, -2.4999993993e-1f, 3.3333331174e-1f}) {
    p = std::fma(p, r, next);
  }
  p = p * r * z;
  p = std::fma(e, -2.12194440e-4f, p);
  p = std::fma(-0.5f, z, p);
  return std::fma(e, 0.693359375f, r + p);
}

inline float tangent(float x) {
  const float size = absolute(x);
  const float t = exp_minus_one_nonpositive(0.0f - (size + size));
  return odd(x, (0.0f - t) / (2.0f + t));
}

inline float mish(float x) {
  const float t = exp_nonpositive(0.0f - absolute(x));
  const float square = t * t, twice = t + t;
  const float n = x > 0.0f ? 1.0f + twice : square + twice;
  return x * (n / (n + (x > 0.0f ? square + square : 2.0f)));
}

inline void elu_f32(const ActivationBand& band, Range pixels) {
  map_values(band, pixels, [&](float x, int) {
    return x > 0.0f ? band.beta * x : band.alpha * exp_minus_one_nonpositive(x);
  });
}

inline void gelu_f32(const PixelBand& band, Range pixels) {
  map_values(band, pixels, [](float x, int) { return gelu(x); });
}

inline void gelu_tanh_f32(const PixelBand& band, Range pixels) {
  map_values(band, pixels,
             [](float x, int) { return x * sigmoid(x * std::fma(0.0713548163f, x * x, 1.59576912f)); });
}

inline void softplus_f32(const PixelBand& band, Range pixels) {
  map_values(band, pixels, [](float x, int) {
    return (x > 0.0f ? x : 0.0f) + log_one_plus(exp_nonpositive(0.0f - absolute(x)));
  });
}

inline void softsign_f32(const PixelBand& band, Range pixels) {
  map_values(band, pixels, [](float x, int) { return x / (1.0f + absolute(x)); });
}

inline void tanh_f32(const PixelBand& band, Range pixels) {
  map_values(band, pixels, [](float x, int) { return tangent(x); });
}

inline void mish_f32(const PixelBand& band, Range pixels) {
  map_values(band, pixels, [](float x, int) { return mish(x); });
}

inline void abs_f32(const PixelBand& band, Range pixels) {
  map_values(band, pixels, [](float x, int) { return absolute(x); });
}

inline void exp_f32(const PixelBand& band, Range pixels) {
  map_values(band, pixels, [](float x, int) { return exponential(x); });
}

inline void sqrt_f32(const PixelBand& band, Range pixels) {
  map_values(band, pixels, [](float x, int) { return std::sqrt(x); });
}

inline void erf_f32(const PixelBand& band, Range pixels) {
  map_values(band, pixels, [](float x, int) { return error_function(x); });
}

}  // namespace fcn::kernels::reference

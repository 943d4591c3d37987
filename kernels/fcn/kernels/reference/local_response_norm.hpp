// SPDX-License-Identifier: MIT
// Local response norm with its logarithm, the truth of fcn/kernels/local_response_norm.hpp, which explains
// the steps. Never optimised.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>

#include "fcn/kernels/kernel_table.hpp"
#include "fcn/kernels/reference/exp.hpp"
#include "fcn/kernels/reference/pixel.hpp"

namespace fcn::kernels::reference {

/// ln t for t >= 2^-126, infinity or NaN.
inline float natural_log(float t) {
  if (!(t <= std::numeric_limits<float>::max())) return t;
  std::uint32_t bits;
  std::memcpy(&bits, &t, sizeof bits);
  int exponent = static_cast<int>(bits >> 23) - 126;  // t is m 2^exponent with m from 1/2 to 1
  bits = (bits & 0x7fffffu) | 0x3f000000u;
  float m;
  std::memcpy(&m, &bits, sizeof m);
  if (m < 0.707106781186547524f) {
    m = m + m;
    exponent -= 1;
  }
  const auto e = static_cast<float>(exponent);
  const float r = m - 1.0f, z = r * r;
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

inline void local_response_norm_f32(const LocalResponseNormBand& band, Range pixels) {
  const float weight = band.alpha / static_cast<float>(band.size);
  for (std::ptrdiff_t i = pixels.begin; i < pixels.end; ++i) {
    const Pixel at = pixel_at(i, band.images, band.width);
    const float* x = input_pixel(band.a, at);
    float* out = output_pixel(band.out, at);
    for (int c = 0; c < band.channels; ++c) {
      const int first = c - (band.size - 1) / 2;
      float squares = 0.0f;
      for (int k = std::max(first, 0); k < std::min(first + band.size, band.channels); ++k) {
        squares = std::fma(x[k], x[k], squares);
      }
      const float y = -band.beta * natural_log(std::fma(weight, squares, band.bias));
      const float p = exp_nonpositive(y > 0.0f ? 0.0f - y : y);
      out[c] = x[c] * (y > 0.0f ? 1.0f / p : p);
    }
    write_padding(out, band.channels);
  }
}

}  // namespace fcn::kernels::reference

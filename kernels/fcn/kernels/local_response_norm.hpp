// SPDX-License-Identifier: MIT
// Local response norm (Krizhevsky et al., NIPS 2012), one value at a time: two networks of 2012 and 2014 use
// it, on small maps. The natural logarithm is logf's of the Cephes Mathematical Library 2.2 (S. L. Moshier),
// with fused multiply-adds; tests/kernels/test_local_response_norm.cpp measures it. Steps:
//
//   t >= 2^-126 is m 2^e, sqrt(1/2) <= m < sqrt(2); t beyond the largest float, and NaN, are their own result
//   r = m - 1; z = r * r; p = the polynomial below by Horner; p = p * r * z
//   p = fma(e, -2.12194440e-4, p); p = fma(-1/2, z, p)
//   ln t = fma(e, 0.693359375, r + p)
#pragma once

#include <cstddef>
#include <cstdint>

#include "fcn/kernels/exp.hpp"
#include "fcn/kernels/kernel_table.hpp"
#include "fcn/kernels/pixelwise.hpp"
#include "fcn/kernels/simd.hpp"

namespace fcn::kernels {

/// ln t for t >= 2^-126, infinity or NaN.
template <class Arch>
FCN_FORCE_INLINE float natural_log(float t) {
  if (!(t <= 3.402823466e38f)) return t;
  std::uint32_t bits;
  __builtin_memcpy(&bits, &t, sizeof bits);
  // 0x3f3504f3 is sqrt(1/2): subtracting its mantissa carries into the exponent where m would be less.
  const std::uint32_t above = bits - 0x3f3504f3u;
  const float e = static_cast<float>(static_cast<std::int32_t>(above) >> 23);
  bits = (above & 0x7fffffu) + 0x3f3504f3u;
  float m;
  __builtin_memcpy(&m, &bits, sizeof m);
  const float r = m - 1.0f, z = r * r;
  float p = 7.0376836292e-2f;
  p = __builtin_fmaf(p, r, -1.1514610310e-1f);
  p = __builtin_fmaf(p, r, 1.1676998740e-1f);
  p = __builtin_fmaf(p, r, -1.2420140846e-1f);
  p = __builtin_fmaf(p, r, 1.4249322787e-1f);
  p = __builtin_fmaf(p, r, -1.6668057665e-1f);
  p = __builtin_fmaf(p, r, 2.0000714765e-1f);
  p = __builtin_fmaf(p, r, -2.4999993993e-1f);
  p = __builtin_fmaf(p, r, 3.3333331174e-1f);
  p = p * r * z;
  p = __builtin_fmaf(e, -2.12194440e-4f, p);
  p = __builtin_fmaf(-0.5f, z, p);
  return __builtin_fmaf(e, 0.693359375f, r + p);
}

template <class Arch>
void local_response_norm_f32(const LocalResponseNormBand& band, Range pixels) {
  using V = Vec<Arch>;
  const float weight = band.alpha / static_cast<float>(band.size);
  const auto before = [&](int c) FCN_INLINE_LAMBDA { return c - (band.size - 1) / 2; };
  for_each_pixel<Arch>(band, pixels, [&](const auto& at) FCN_INLINE_LAMBDA {
    const float* a = at.in(band.a);
    write_pixel<Arch>(band.channels, at.out(band.out), [&](int c, int n) FCN_INLINE_LAMBDA {
      float logs[V::size] = {};
      for (int j = 0; j < n; ++j) {
        const int first = before(c + j), last = first + band.size;
        float squares = 0.0f;
        for (int i = first > 0 ? first : 0; i < last && i < band.channels; ++i) {
          squares = __builtin_fmaf(a[i], a[i], squares);
        }
        logs[j] = natural_log<Arch>(__builtin_fmaf(weight, squares, band.bias));
      }
      const auto y = V::broadcast(-band.beta) * V::load(logs);
      const auto positive = y > V::zero();
      const auto p = exp_nonpositive<Arch>(V::select(positive, V::zero() - y, y));
      return load_lanes<Arch>(a + c, n) * V::select(positive, V::broadcast(1.0f) / p, p);
    });
  });
}

}  // namespace fcn::kernels

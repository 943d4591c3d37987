// SPDX-License-Identifier: MIT
// The one-dimensional transforms of F(4, 7) of stride 2, as the exact operations they take: these are the
// bits. Inputs and taps of odd number only ever meet each other, as do those of even number, so four outputs
// are the sum of F(4, 4) of the even ones and F(4, 3) of the odd ones. Both have the points 0, s, -s, 2 s,
// -2 s and infinity, at which their products are added up; F(4, 4) also has s / 2. s and what it leaves over
// of the outputs are those of transform.hpp.
//
// Even inputs are transformed at the common points as odd ones are, once each has had s / 2 of its forerunner
// taken off: the factor x - s / 2 of the polynomials that Toom and Cook interpolate with. How far rounding
// errors grow is derived in tests/kernels/winograd_rows_check.hpp.
#pragma once

#include <cstddef>

#include "fcn/kernels/simd.hpp"
#include "fcn/kernels/winograd/transform.hpp"

namespace fcn::kernels {

/// `input` is B^T of the even and of the odd inputs, `output` is A^T, `filter` is G of the even and of the
/// odd taps. Number 6, the last of the even ones, is the point s / 2; the others are numbered as those of
/// F(4, 3). Output i is still to be multiplied by `scale`[i].
template <class Arch>
struct WinogradRowTransform {
  static constexpr std::size_t kernel = 7, taps = 13, points = 7, common = 6, outputs = 4;
  using V = Vec<Arch>;
  using Common = WinogradTransform<Arch, 4, 1>;
  static constexpr float s = Common::s, s2 = Common::s2, s3 = Common::s3;
  static constexpr auto& scale = Common::scale;

  FCN_FORCE_INLINE static void input(const V (&x)[taps], V (&even)[points], V (&odd)[common]) {
    V line[common];
    unroll<Arch, common>([&]<std::size_t I>() FCN_INLINE_LAMBDA {
      line[I] = fma(V::broadcast(-s / 2), x[2 * I], x[2 * I + 2]);
      odd[I] = x[2 * I + 1];
    });
    Common::input(line);
    Common::input(odd);
    unroll<Arch, common>([&]<std::size_t I>() FCN_INLINE_LAMBDA { even[I] = line[I]; });
    const V minus_near = V::broadcast(-s2), minus_far = V::broadcast(-4 * s2);
    // 0  4 s^4  0  -5 s^2  0  1  0
    even[common] = fma(minus_far, fma(minus_near, x[2], x[6]), fma(minus_near, x[6], x[10]));
  }

  FCN_FORCE_INLINE static void output(const V (&m)[points], V (&y)[outputs]) {
    V line[common];
    unroll<Arch, common>([&]<std::size_t I>() FCN_INLINE_LAMBDA { line[I] = m[I]; });
    Common::template output<0>(line, y[0], y[2]);
    Common::template output<1>(line, y[1], y[3]);
    const V half = m[common];
    y[0] = y[0] + half;                            //       1  1  1  1  1  0   1
    y[1] = fma(V::broadcast(0.5f), half, y[1]);    //  s  x 0  1 -1  2 -2  0  1/2
    y[2] = fma(V::broadcast(0.25f), half, y[2]);   // s^2 x 0  1  1  4  4  0  1/4
    y[3] = fma(V::broadcast(0.125f), half, y[3]);  // s^3 x 0  1 -1  8 -8  1  1/8
  }

  FCN_FORCE_INLINE static void filter(const double (&g)[kernel], double (&even)[points],
                                      double (&odd)[common]) {
    const double taps3[3] = {g[1], g[3], g[5]};
    Common::filter(taps3, odd);
    // All rows but the last are divided by s^5, and tap i of the even ones comes with s^i.
    constexpr double factor = 1.0 / (double{s2} * s3);
    const double g0 = factor * g[0], g1 = factor * s * g[2], g2 = factor * s2 * g[4], g3 = factor * s3 * g[6];
    const double near_even = g0 + g2, near_odd = g1 + g3;
    const double far_even = g0 + 4.0 * g2, far_odd = 2.0 * (g1 + 4.0 * g3);
    const double half_even = g0 + 0.25 * g2, half_odd = 0.5 * (g1 + 0.25 * g3);
    even[0] = -0.5 * g0;                               // -1/2     0     0      0
    even[1] = (-1.0 / 3.0) * (near_even + near_odd);   // -1/3   -1/3  -1/3   -1/3
    even[2] = (1.0 / 9.0) * (near_even - near_odd);    //  1/9   -1/9   1/9   -1/9
    even[3] = (1.0 / 36.0) * (far_even + far_odd);     //  1/36   1/18  1/9    2/9
    even[4] = (-1.0 / 60.0) * (far_even - far_odd);    // -1/60   1/30 -1/15   2/15
    even[5] = (1.0 / s3) * g[6];                       //   0      0     0   s^-3
    even[6] = (32.0 / 45.0) * (half_even + half_odd);  // 32/45  16/45  8/45   4/45
  }
};

}  // namespace fcn::kernels

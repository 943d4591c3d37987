// SPDX-License-Identifier: MIT
// Filters of large Winograd layers, kept half transformed. F(4 x 4)'s 36 floats a filter are too much memory
// for layers of hundreds of channels; G g, the transform down the columns alone, is 6 rows of 3, hardly more
// than F(2 x 2)'s 16 floats. The transform along the rows is left for the way to the products, a row and
// panel at a time, whose six points then multiply as any others do (winograd/multiply.hpp).
//
//   packed, for each row i of G g:    a [c][lanes]   b [c][lanes]   c [c][lanes]
//                                   = point 0                     = point 5        used where they lie
//   scratch u, from all three:        points 1 to 4, each [c][lanes]
//
// Bits: with h = row i of G g in float64 and s = 3/4 (winograd/transform.hpp), a = h0 / (4 s^4),
// b = h1 / (12 s^3), c = h2 / s^3, each rounded to float32 once. Then
//   even = fma(s, c, a);  near = fma(-1/2, a, -1/6 * even);  far = 1/6 * even;  twice = b + b
//   u0 = a;  u1 = near - twice;  u2 = near + twice;  u3 = far + b;  u4 = far - b;  u5 = c
// which is h G^T, with no difference of what was added before.
#pragma once

#include <cstddef>

#include "fcn/kernels/conv/conv_layout.hpp"
#include "fcn/kernels/simd.hpp"
#include "fcn/kernels/winograd/layout.hpp"
#include "fcn/kernels/winograd/multiply.hpp"
#include "fcn/kernels/winograd/transform.hpp"

namespace fcn::kernels {

/// The kernels g [9][lane] of one register of output channels: value x of row i to u + (3 * i + x) * stride.
template <class Arch>
FCN_FORCE_INLINE void halve_filters(const double (&g)[9][Vec<Arch>::size], float* u, std::ptrdiff_t stride) {
  using Transform = WinogradTransform<Arch, 4, 1>;
  constexpr std::size_t taps = Transform::taps, width = Vec<Arch>::size;
  constexpr double s = Transform::s, s3 = s * s * s;
  constexpr double scale[3] = {1.0 / (4.0 * s3 * s), 1.0 / (12.0 * s3), 1.0 / s3};
  float half[taps][3][width];
  for (std::size_t x = 0; x < 3; ++x) {
    for (std::size_t j = 0; j < width; ++j) {
      const double column[3] = {g[x][j], g[3 + x][j], g[6 + x][j]};
      double transformed[taps];
      Transform::filter(column, transformed);
      for (std::size_t i = 0; i < taps; ++i) half[i][x][j] = static_cast<float>(scale[x] * transformed[i]);
    }
  }
  for (std::size_t i = 0; i < taps; ++i) {
    for (std::size_t x = 0; x < 3; ++x, u += stride) Vec<Arch>::load(half[i][x]).store(u);
  }
}

/// Points 1 to 4 of a row from its halves: `floats` of each, whole registers, halves `g_stride` apart, points
/// `u_stride`.
template <class Arch>
void transform_halves(const float* g, std::ptrdiff_t g_stride, std::ptrdiff_t floats, float* u,
                      std::ptrdiff_t u_stride) {
  using V = Vec<Arch>;
  const V s = V::broadcast(WinogradTransform<Arch, 4, 1>::s), minus_half = V::broadcast(-0.5f);
  const V sixth = V::broadcast(1.0f / 6.0f), minus_sixth = V::broadcast(-1.0f / 6.0f);
  for (std::ptrdiff_t i = 0; i < floats; i += V::width) {
    const V a = V::load(g + i), b = V::load(g + g_stride + i), c = V::load(g + 2 * g_stride + i);
    const V even = fma(s, c, a), twice = b + b;
    const V near = fma(minus_half, a, minus_sixth * even), far = sixth * even;
    (near - twice).store(u + i);
    (near + twice).store(u + u_stride + i);
    (far + b).store(u + 2 * u_stride + i);
    (far - b).store(u + 3 * u_stride + i);
  }
}

/// As multiply_panel, for half transformed filters; `u` is layout.u_floats of scratch.
template <class Arch>
void multiply_halves(const WinogradLayout<Arch>& layout, std::ptrdiff_t lanes, std::ptrdiff_t channels,
                     const BlockTiles& block, const PanelData& data, float* u) {
  const float *g = data.filters, *v = data.v;
  float* m = data.m;
  constexpr std::ptrdiff_t taps = 6, nr = conv_nr<Arch>;
  const std::ptrdiff_t point_size = channels * lanes;
  // As in WinogradLayout::v_stride: points a round number apart would fall into the same cache sets.
  const std::ptrdiff_t u_stride = point_size + kCacheLine;
  for (std::ptrdiff_t i = 0; i < taps;
       ++i, g += 3 * point_size, v += taps * layout.v_stride, m += taps * nr) {
    const std::ptrdiff_t tiles = block.at(i);
    if (tiles == 0) continue;
    WinogradAhead<Arch> ahead(i + 1 < taps ? g + 3 * point_size : data.next, 3 * point_size, taps, channels,
                              tiles);
    const auto multiply = [&](std::ptrdiff_t point, const float* from) {
      multiply_point<Arch>(layout, lanes, channels, v + point * layout.v_stride, tiles, from, ahead,
                           m + point * nr);
    };
    multiply(0, g);
    multiply(5, g + 2 * point_size);
    transform_halves<Arch>(g, point_size, point_size, u, u_stride);
    for (std::ptrdiff_t point = 1; point < 5; ++point) multiply(point, u + (point - 1) * u_stride);
  }
}

}  // namespace fcn::kernels

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
// A few tiles, such as the four of a 7 x 7 map, do not pay for a scratch that is written and read again:
// their filters go from the halves to the products within registers, a register of channels at a time.
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

/// What the second transform takes from memory.
template <class Arch>
struct HalfConstants {
  using V = Vec<Arch>;
  V s = V::broadcast(WinogradTransform<Arch, 4, 1>::s), minus_half = V::broadcast(-0.5f);
  V sixth = V::broadcast(1.0f / 6.0f), minus_sixth = V::broadcast(-1.0f / 6.0f);
};

/// One register of the six points of a row from its halves.
template <class Arch>
FCN_FORCE_INLINE void transform_half(const HalfConstants<Arch>& k, Vec<Arch> a, Vec<Arch> b, Vec<Arch> c,
                                     Vec<Arch> (&u)[6]) {
  const Vec<Arch> even = fma(k.s, c, a), twice = b + b;
  const Vec<Arch> near = fma(k.minus_half, a, k.minus_sixth * even), far = k.sixth * even;
  u[0] = a, u[1] = near - twice, u[2] = near + twice, u[3] = far + b, u[4] = far - b, u[5] = c;
}

/// Points 1 to 4 of a row from its halves: `floats` of each, whole registers, halves `g_stride` apart, points
/// `u_stride`.
template <class Arch>
void transform_halves(const float* g, std::ptrdiff_t g_stride, std::ptrdiff_t floats, float* u,
                      std::ptrdiff_t u_stride) {
  using V = Vec<Arch>;
  const HalfConstants<Arch> constants;
  for (std::ptrdiff_t i = 0; i < floats; i += V::width) {
    V points[6];
    transform_half<Arch>(constants, V::load(g + i), V::load(g + g_stride + i), V::load(g + 2 * g_stride + i),
                         points);
    unroll<Arch, 4>([&]<std::size_t P>() FCN_INLINE_LAMBDA {
      points[P + 1].store(u + static_cast<std::ptrdiff_t>(P) * u_stride + i);
    });
  }
}

/// Most tiles whose filters go from their halves to the products within registers: those whose six products
/// of a row are as many as a register tile's. Fewer than four do not pay (AVX2: 1 % more time for ResNet-18).
template <class Arch>
inline constexpr std::size_t kFewTiles = ConvTile<Arch>::mr* ConvTile<Arch>::vectors / 6 >= 4 ? 4 : 0;

/// A row of points of a few tiles and one register of channels.
template <class Arch>
struct HalfRow {
  const float* g;                        // the row's halves, at the register
  std::ptrdiff_t part, lanes;            // floats from half to half, from channel to channel
  const float* v;                        // the first tile's first point
  std::ptrdiff_t v_stride, tile_stride;  // from point to point, from tile to tile
  std::ptrdiff_t channels;
  float* m;                 // the first tile's first product
  std::ptrdiff_t m_stride;  // from tile to tile; points are nr apart
  const float* ahead;       // as in WinogradProduct
  std::ptrdiff_t ahead_lines;
};

/// The row whose transformed input, halves and products begin at `data`, for all registers of a panel.
template <class Arch>
HalfRow<Arch> half_row(const WinogradLayout<Arch>& layout, std::ptrdiff_t lanes, std::ptrdiff_t channels,
                       const PanelData& data) {
  const std::ptrdiff_t part = channels * lanes;
  const std::ptrdiff_t requests = (channels + kWinogradRun - 1) / kWinogradRun * lanes / Vec<Arch>::width;
  return {.g = data.filters,
          .part = part,
          .lanes = lanes,
          .v = data.v,
          .v_stride = layout.v_stride,
          .tile_stride = layout.tile_stride,
          .channels = channels,
          .m = data.m,
          .m_stride = layout.m_stride,
          .ahead = data.next,
          .ahead_lines = (3 * part / kCacheLine + requests - 1) / requests};
}

/// One register of channels.
template <class Arch, std::size_t Tiles>
void multiply_half_row(const HalfRow<Arch>& row) {
  using V = Vec<Arch>;
  constexpr std::size_t points = 6;
  const HalfConstants<Arch> constants;
  V acc[points][Tiles];
  const float* v[points];
  unroll<Arch, points>([&]<std::size_t P>() FCN_INLINE_LAMBDA {
    v[P] = row.v + static_cast<std::ptrdiff_t>(P) * row.v_stride;
    unroll<Arch, Tiles>([&]<std::size_t T>() FCN_INLINE_LAMBDA { acc[P][T] = V::zero(); });
  });
  const float *g = row.g, *ahead = row.ahead;
  for (std::ptrdiff_t c = 0; c < row.channels; ++c, g += row.lanes) {
    if (c % kWinogradRun == 0)
      for (std::ptrdiff_t l = 0; l < row.ahead_lines; ++l, ahead += kCacheLine)
        __builtin_prefetch(ahead, 0, 2);
    V u[points];
    transform_half<Arch>(constants, V::load(g), V::load(g + row.part), V::load(g + 2 * row.part), u);
    unroll<Arch, points>([&]<std::size_t P>() FCN_INLINE_LAMBDA {
      unroll<Arch, Tiles>([&]<std::size_t T>() FCN_INLINE_LAMBDA {
        const V value = V::broadcast(v[P][static_cast<std::ptrdiff_t>(T) * row.tile_stride + c]);
        acc[P][T] = fma(value, u[P], acc[P][T]);
      });
    });
  }
  unroll<Arch, points>([&]<std::size_t P>() FCN_INLINE_LAMBDA {
    unroll<Arch, Tiles>([&]<std::size_t T>() FCN_INLINE_LAMBDA {
      acc[P][T].store(row.m + static_cast<std::ptrdiff_t>(T) * row.m_stride + P * conv_nr<Arch>);
    });
  });
}

/// One row of points of a panel for `tiles` tiles, at most Tiles.
template <class Arch, std::size_t Tiles = kFewTiles<Arch>>
void multiply_half_rows(HalfRow<Arch> row, std::ptrdiff_t tiles) {
  if constexpr (Tiles > 1) {
    if (tiles < static_cast<std::ptrdiff_t>(Tiles)) return multiply_half_rows<Arch, Tiles - 1>(row, tiles);
  }
  const std::ptrdiff_t runs = (row.channels + kWinogradRun - 1) / kWinogradRun;
  for (std::ptrdiff_t first = 0; first < row.lanes; first += Vec<Arch>::width) {
    multiply_half_row<Arch, Tiles>(row);
    row.g += Vec<Arch>::width, row.m += Vec<Arch>::width;
    row.ahead += runs * row.ahead_lines * kCacheLine;
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
    const float* const next = i + 1 < taps ? g + 3 * point_size : data.next;
    if constexpr (kFewTiles < Arch >> 0) {
      if (block.all <= static_cast<std::ptrdiff_t>(kFewTiles<Arch>)) {
        multiply_half_rows<Arch>(half_row<Arch>(layout, lanes, channels, {v, g, next, m}), tiles);
        continue;
      }
    }
    WinogradAhead<Arch> ahead(next, 3 * point_size, taps, channels, tiles);
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

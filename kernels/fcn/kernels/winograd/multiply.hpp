// SPDX-License-Identifier: MIT
// The products of a Winograd convolution: at each point xi, m[tile] = sum over c of v[xi][tile][c] *
// u[panel][xi][c], in register tiles as those of conv_tile.hpp. Weights are used by a few register tiles only
// before the next are due, so each register tile also prefetches its share of those (and for the input of its
// neighbour): without that, layers of 256 channels and more took a fifth longer on Zen 3, and at 14 x 14
// pixels half as long again (bench_kernels, winograd/*).
#pragma once

#include <cstddef>

#include "fcn/kernels/conv/conv_layout.hpp"
#include "fcn/kernels/conv/conv_tile.hpp"
#include "fcn/kernels/simd.hpp"
#include "fcn/kernels/winograd/layout.hpp"

namespace fcn::kernels {

/// One register tile's work.
template <class Arch>
struct WinogradProduct {
  const float* v;              // the first tile's channels
  std::ptrdiff_t tile_stride;  // to the next tile's
  const float* u;              // a row of lanes for each channel
  std::ptrdiff_t channels;
  float* m;  // the first tile's products
  std::ptrdiff_t m_stride;
  const float* ahead;          // what to fetch meanwhile ...
  std::ptrdiff_t ahead_lines;  // ... and how many cache lines of it for each run of channels
};

/// Channels between two requests for what comes next: one cache line of each tile's input.
inline constexpr std::ptrdiff_t kWinogradRun = 16;

template <class Arch, std::size_t MR, std::size_t V>
void winograd_multiply(const WinogradProduct<Arch>& work) {
  constexpr std::ptrdiff_t tiles = MR, lanes = static_cast<std::ptrdiff_t>(V) * Vec<Arch>::width;
  Vec<Arch> acc[MR][V];
  const float* a[MR];
  unroll<Arch, MR>([&]<std::size_t I>() FCN_INLINE_LAMBDA {
    a[I] = work.v + static_cast<std::ptrdiff_t>(I) * work.tile_stride;
    unroll<Arch, V>([&]<std::size_t J>() FCN_INLINE_LAMBDA { acc[I][J] = Vec<Arch>::zero(); });
  });
  const float* u = work.u;
  const float* ahead = work.ahead;
  for (std::ptrdiff_t left = work.channels; left > 0; left -= kWinogradRun) {
    const std::ptrdiff_t count = left < kWinogradRun ? left : kWinogradRun;
    for (std::ptrdiff_t l = 0; l < work.ahead_lines; ++l, ahead += kCacheLine)
      __builtin_prefetch(ahead, 0, 2);
    unroll<Arch, MR>([&]<std::size_t I>()
                         FCN_INLINE_LAMBDA { __builtin_prefetch(a[I] + tiles * work.tile_stride); });
    // Not multiply_run: its unrolled taps cost GCC 12 two spilt registers here.
    for (std::ptrdiff_t k = 0; k < count; ++k) multiply_tap<Arch, MR, V>(a, k, u + k * lanes, acc);
    unroll<Arch, MR>([&]<std::size_t I>() FCN_INLINE_LAMBDA { a[I] += count; });
    u += count * lanes;
  }
  float* m = work.m;
  unroll<Arch, MR>([&]<std::size_t I>() FCN_INLINE_LAMBDA {
    unroll<Arch, V>([&]<std::size_t J>() FCN_INLINE_LAMBDA { acc[I][J].store(m + J * Vec<Arch>::size); });
    m += work.m_stride;
  });
}

/// The register tiles of every size: [tiles - 1][registers of channels - 1].
template <class Arch>
struct WinogradMultiplies {
  void (*of[ConvTile<Arch>::mr][ConvTile<Arch>::vectors])(const WinogradProduct<Arch>&);
};

template <class Arch, std::size_t MR, std::size_t V = 1>
constexpr void list_multiplies(WinogradMultiplies<Arch>& list) {
  list.of[MR - 1][V - 1] = &winograd_multiply<Arch, MR, V>;
  if constexpr (V < ConvTile<Arch>::vectors) {
    list_multiplies<Arch, MR, V + 1>(list);
  } else if constexpr (MR > 1) {
    list_multiplies<Arch, MR - 1>(list);
  }
}

template <class Arch>
constexpr WinogradMultiplies<Arch> make_multiplies() {
  WinogradMultiplies<Arch> list{};
  list_multiplies<Arch, ConvTile<Arch>::mr>(list);
  return list;
}

template <class Arch>
inline constexpr WinogradMultiplies<Arch> winograd_multiplies = make_multiplies<Arch>();

/// Memory that is due after the points at hand: `floats` of it, fetched in equal shares while `points` points
/// of `channels` channels are multiplied with `tiles` tiles.
template <class Arch>
struct WinogradAhead {
  const float* at;
  std::ptrdiff_t lines;  // cache lines for each run of channels and register tile

  WinogradAhead(const float* from, std::ptrdiff_t floats, std::ptrdiff_t points, std::ptrdiff_t channels,
                std::ptrdiff_t tiles)
      : at(from) {
    const std::ptrdiff_t runs = points * runs_of(channels) * register_tiles(tiles);
    lines = (floats / kCacheLine + runs - 1) / runs;
  }

  static std::ptrdiff_t runs_of(std::ptrdiff_t channels) {
    return (channels + kWinogradRun - 1) / kWinogradRun;
  }
  static std::ptrdiff_t register_tiles(std::ptrdiff_t tiles) {
    return (tiles + ConvTile<Arch>::mr - 1) / ConvTile<Arch>::mr;
  }
};

/// The products of one panel at one point, whose transformed input is `v` and whose filters are `u`, for
/// `tiles` transformed tiles.
template <class Arch>
void multiply_point(const WinogradLayout<Arch>& layout, std::ptrdiff_t lanes, std::ptrdiff_t channels,
                    const float* v, std::ptrdiff_t tiles, const float* u, WinogradAhead<Arch>& ahead,
                    float* m) {
  const std::ptrdiff_t register_tiles = ahead.register_tiles(tiles);
  for (std::ptrdiff_t r = 0; r < register_tiles; ++r) {
    // As even as possible, as in conv_pixels.hpp: small register tiles are slow ones.
    const std::ptrdiff_t begin = tiles * r / register_tiles, end = tiles * (r + 1) / register_tiles;
    winograd_multiplies<Arch>.of[end - begin - 1][lanes / Vec<Arch>::width - 1](
        {.v = v + begin * layout.tile_stride,
         .tile_stride = layout.tile_stride,
         .u = u,
         .channels = channels,
         .m = m + begin * layout.m_stride,
         .m_stride = layout.m_stride,
         .ahead = ahead.at,
         .ahead_lines = ahead.lines});
    ahead.at += ahead.runs_of(channels) * ahead.lines * kCacheLine;
  }
}

/// The points that take the same value of a transformed filter.
template <class Arch>
struct FilterPoints {
  std::ptrdiff_t xi[4];
  std::ptrdiff_t count;
};

/// Along each axis the last value serves all points that are left.
template <class Arch>
FilterPoints<Arch> filter_points(const WinogradLayout<Arch>& layout, std::ptrdiff_t filter) {
  const std::ptrdiff_t row = filter / layout.filters, column = filter % layout.filters;
  const std::ptrdiff_t rows_end = row + 1 < layout.filters ? row + 1 : layout.taps;
  const std::ptrdiff_t columns_end = column + 1 < layout.filters ? column + 1 : layout.taps;
  FilterPoints<Arch> points{{}, 0};
  for (std::ptrdiff_t i = row; i < rows_end; ++i) {
    for (std::ptrdiff_t j = column; j < columns_end; ++j) points.xi[points.count++] = i * layout.taps + j;
  }
  return points;
}

/// What the products of one panel are made of.
struct PanelData {
  const float* v;        // the block's transformed input
  const float* filters;  // the panel's first value
  const float* next;     // that of the panel that comes after it
  float* m;              // the products
};

/// The products of one panel at every point.
template <class Arch>
void multiply_panel(const WinogradLayout<Arch>& layout, std::ptrdiff_t lanes, std::ptrdiff_t channels,
                    const BlockTiles& block, const PanelData& data) {
  const float* u = data.filters;
  const std::ptrdiff_t point_size = channels * lanes;
  const std::ptrdiff_t filters = layout.filters * layout.filters;
  for (std::ptrdiff_t f = 0; f < filters; ++f, u += point_size) {
    const std::ptrdiff_t tiles = block.at(f / layout.filters);
    if (tiles == 0) continue;
    const auto points = filter_points<Arch>(layout, f);
    WinogradAhead<Arch> ahead(f + 1 < filters ? u + point_size : data.next, point_size, points.count,
                              channels, tiles);
    for (std::ptrdiff_t p = 0; p < points.count; ++p) {
      multiply_point<Arch>(layout, lanes, channels, data.v + points.xi[p] * layout.v_stride, tiles, u, ahead,
                           data.m + points.xi[p] * conv_nr<Arch>);
    }
  }
}

}  // namespace fcn::kernels

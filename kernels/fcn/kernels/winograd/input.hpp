// SPDX-License-Identifier: MIT
// The input transform of one tile: v = B^T d B, a cache line of channels at a time, down the columns, then
// along the rows. Reads whole tiles, of short ones the rows that they need: rows outside the map and margins
// hold zeros.
#pragma once

#include <cstddef>

#include "fcn/kernels/kernel_table.hpp"
#include "fcn/kernels/pixel_cursor.hpp"
#include "fcn/kernels/simd.hpp"
#include "fcn/kernels/winograd/layout.hpp"
#include "fcn/kernels/winograd/transform.hpp"

namespace fcn::kernels {

/// The rows of a tile that are transformed down the columns.
template <class Arch, int Tile, int Stride, bool Short>
struct WinogradRows {
  using Transform = WinogradTransform<Arch, Tile, Stride>;
  static constexpr std::size_t count = Transform::taps;
  FCN_FORCE_INLINE static void input(Vec<Arch> (&column)[count]) { Transform::input(column); }
  static constexpr std::ptrdiff_t point(std::size_t row) { return static_cast<std::ptrdiff_t>(row); }
};
template <class Arch, int Tile, int Stride>
struct WinogradRows<Arch, Tile, Stride, true> {
  using Transform = WinogradTransform<Arch, Tile, Stride>;
  static constexpr std::size_t count = Transform::short_taps;
  FCN_FORCE_INLINE static void input(Vec<Arch> (&column)[count]) { Transform::short_input(column); }
  static constexpr std::ptrdiff_t point(std::size_t row) { return Transform::short_points[row]; }
};

/// The channels of some registers: d[i] is row i of the tile at its first pixel, v point 0. `load` reads a
/// register.
template <class Arch, int Tile, int Stride, bool Short, std::size_t Registers, class Load>
FCN_FORCE_INLINE void transform_input(const float* const (&d)[WinogradTransform<Arch, Tile, Stride>::taps],
                                      std::ptrdiff_t pixel_stride, float* v, std::ptrdiff_t v_stride,
                                      Load&& load) {
  using Transform = WinogradTransform<Arch, Tile, Stride>;
  using Rows = WinogradRows<Arch, Tile, Stride, Short>;
  constexpr std::size_t taps = Transform::taps, width = Vec<Arch>::size;
  Vec<Arch> half[Rows::count][taps][Registers];
  for (std::size_t j = 0; j < taps; ++j) {
    const std::ptrdiff_t pixel = static_cast<std::ptrdiff_t>(j) * pixel_stride;
    unroll<Arch, Registers>([&]<std::size_t R>() FCN_INLINE_LAMBDA {
      Vec<Arch> column[Rows::count];
      unroll<Arch, Rows::count>([&]<std::size_t I>()
                                    FCN_INLINE_LAMBDA { column[I] = load(d[I] + pixel + R * width); });
      Rows::input(column);
      unroll<Arch, Rows::count>([&]<std::size_t I>() FCN_INLINE_LAMBDA { half[I][j][R] = column[I]; });
    });
  }
  for (std::size_t i = 0; i < Rows::count; ++i) {
    const auto& half_row = half[i];
    float* const to = v + Rows::point(i) * static_cast<std::ptrdiff_t>(taps) * v_stride;
    unroll<Arch, Registers>([&]<std::size_t R>() FCN_INLINE_LAMBDA {
      Vec<Arch> row[taps];  // not in place, which would store each value twice
      unroll<Arch, taps>([&]<std::size_t J>() FCN_INLINE_LAMBDA { row[J] = half_row[J][R]; });
      Transform::input(row);
      unroll<Arch, taps>([&]<std::size_t J>() FCN_INLINE_LAMBDA {
        row[J].store(to + static_cast<std::ptrdiff_t>(J) * v_stride + R * width);
      });
    });
  }
}

/// Prefetches a cache line of channels of those pixels that the tile to the right does not share with this
/// one: too many short runs of memory for processors to foresee.
template <class Arch, int Tile, int Stride>
FCN_FORCE_INLINE void fetch_next_input(const float* const (&d)[WinogradTransform<Arch, Tile, Stride>::taps],
                                       std::ptrdiff_t pixel_stride) {
  constexpr int taps = WinogradTransform<Arch, Tile, Stride>::taps;
  for (const float* row : d) {
    for (int j = 0; j < Tile * Stride; ++j) __builtin_prefetch(row + (taps + j) * pixel_stride);
  }
}

/// All channels of the tile `at` points to: a cursor over tiles instead of pixels.
template <class Arch, int Tile, int Stride, bool Short>
void transform_input_tile(const ConvBand& band, const PixelCursor<Arch>& at, float* v,
                          std::ptrdiff_t v_stride) {
  constexpr int taps = WinogradTransform<Arch, Tile, Stride>::taps, width = Vec<Arch>::width;
  const int channels = band.shape.in_channels;
  const float* d[WinogradTransform<Arch, Tile, Stride>::taps];
  for (int i = 0; i < taps; ++i) {
    d[i] = band.in.row[at.row * taps + i] + at.image * band.in.image_stride +
           (at.column * Tile * Stride - band.shape.pad_left) * band.in.pixel_stride;
  }
  // A cache line's channels together: the pixels of a map fall into few sets of the first-level cache, which
  // would not keep a line until its second half is due.
  constexpr std::size_t registers = kCacheLine / width;
  int c = 0;
  for (; c + kCacheLine <= channels; c += kCacheLine, v += kCacheLine) {
    fetch_next_input<Arch, Tile, Stride>(d, band.in.pixel_stride);
    transform_input<Arch, Tile, Stride, Short, registers>(
        d, band.in.pixel_stride, v, v_stride,
        [&](const float* from) FCN_INLINE_LAMBDA { return Vec<Arch>::load(from); });
    for (int i = 0; i < taps; ++i) d[i] += kCacheLine;
  }
  for (; c < channels; c += width, v += width) {
    transform_input<Arch, Tile, Stride, Short, 1>(
        d, band.in.pixel_stride, v, v_stride, [&](const float* from) FCN_INLINE_LAMBDA {
          return Vec<Arch>::load_first(from, lanes_at<Arch>(c, channels));
        });
    for (int i = 0; i < taps; ++i) d[i] += width;
  }
}

/// How many of `tiles` tiles from `at` on are not short.
template <class Arch, int Tile, int Stride>
std::ptrdiff_t whole_tiles(const ConvBand& band, PixelCursor<Arch> at, std::ptrdiff_t tiles) {
  std::ptrdiff_t whole = 0;
  for (std::ptrdiff_t t = 0; t < tiles; ++t, at.next())
    whole += is_short_tile<Arch, Tile, Stride>(winograd_rows_in_map<Arch, Tile>(band, at.row)) ? 0 : 1;
  return whole;
}

/// The tiles of a block, from `at` on.
template <class Arch, int Tile, int Stride>
void transform_input_block(const ConvBand& band, PixelCursor<Arch> at, const BlockTiles& block,
                           const WinogradLayout<Arch>& layout, float* v) {
  TileSlots slots{0, block.whole};
  for (std::ptrdiff_t t = 0; t < block.all; ++t, at.next()) {
    const bool is_short = is_short_tile<Arch, Tile, Stride>(winograd_rows_in_map<Arch, Tile>(band, at.row));
    float* const to = v + slots.take(is_short) * layout.tile_stride;
    if constexpr (Tile == 4 && Stride == 1) {
      if (is_short) {
        transform_input_tile<Arch, Tile, Stride, true>(band, at, to, layout.v_stride);
        continue;
      }
    }
    transform_input_tile<Arch, Tile, Stride, false>(band, at, to, layout.v_stride);
  }
}

}  // namespace fcn::kernels

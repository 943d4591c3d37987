// SPDX-License-Identifier: MIT
// What Winograd convolution keeps in memory: packed transformed weights, and the scratch of a block of tiles.
// Not here: the transforms (winograd/transform.hpp) and the loops (winograd.hpp).
//
// Transformed weights are packed as conv_layout.hpp packs a convolution whose kernel is filters x filters:
// panel by panel, bias first, then one row of lanes for each (f, c), f = row of the transformed filter *
// filters + column. Half transformed ones (winograd/halves.hpp) have three columns instead. Points are
// numbered xi = row of the transform * taps + column.
//
//   scratch:  v [xi][tile of the block][c]      the transformed input, each tile's channels padded
//             m [tile of the block][xi][nr]     the products of one panel
//             u [4][c][nr]                      the rest of a row of half transformed filters
#pragma once

#include <cstddef>

#include "fcn/kernels/conv/conv_layout.hpp"
#include "fcn/kernels/kernel_table.hpp"
#include "fcn/kernels/simd.hpp"
#include "fcn/kernels/winograd/rows_transform.hpp"
#include "fcn/kernels/winograd/transform.hpp"

namespace fcn::kernels {

/// Register tiles of a block. A layer of few channels has few weights, which stay in the second-level cache
/// with the transformed input of four register tiles; from 128 channels on weights come from further away,
/// and ten register tiles that share them are better than a transformed input that is near.
template <class Arch>
FCN_FORCE_INLINE std::ptrdiff_t winograd_register_tiles(int in_channels) {
  return in_channels < 128 ? 4 : 10;
}

/// Rows of a row of tiles that lie in the map.
template <class Arch, int Tile>
FCN_FORCE_INLINE int winograd_rows_in_map(const ConvBand& band, std::ptrdiff_t tile_row) {
  const std::ptrdiff_t first = tile_row * Tile, left = band.out_rows - first;
  int rows = static_cast<int>(left < Tile ? left : Tile);
  while (rows > 0 && band.out.row[first + rows - 1] == nullptr) --rows;
  return rows;
}

/// Whether tiles with so many rows in the map are short ones (winograd/transform.hpp).
template <class Arch, int Tile, int Stride>
FCN_FORCE_INLINE bool is_short_tile(int rows) {
  return Tile == 4 && Stride == 1 && rows <= 2;
}

/// The tiles of a block: `whole` ones, then short ones, which have no points in rows 3 and 4.
struct BlockTiles {
  std::ptrdiff_t whole, all;

  FCN_FORCE_INLINE std::ptrdiff_t at(std::ptrdiff_t row) const { return row == 3 || row == 4 ? whole : all; }
};

/// The tiles of a block lie in its scratch whole ones first, then short ones, both in order.
struct TileSlots {
  std::ptrdiff_t next_whole, next_short;

  FCN_FORCE_INLINE std::ptrdiff_t take(bool is_short) { return is_short ? next_short++ : next_whole++; }
};

/// Sizes for one layer; tile_stride and those below it in floats.
template <class Arch>
struct WinogradLayout {
  std::ptrdiff_t taps;         // of an input tile along each axis
  std::ptrdiff_t filters;      // of a wholly transformed filter along each axis
  std::ptrdiff_t points;       // of the transform: taps * taps
  std::ptrdiff_t block_tiles;  // tiles whose transformed input is kept
  std::ptrdiff_t tile_stride;  // in v
  std::ptrdiff_t v_stride;     // in v, from xi to xi + 1
  std::ptrdiff_t m_stride;     // in m, from tile to tile
  std::ptrdiff_t u_floats;     // of u; none for wholly transformed filters
};

template <class Arch>
FCN_FORCE_INLINE bool winograd_halves_filters(const ConvShape& shape, ConvAlgorithm algorithm) {
  return algorithm == ConvAlgorithm::winograd4 &&
         std::ptrdiff_t{shape.in_channels} * shape.out_channels > kMostWholeFilters;
}

/// The convolution that has as many weights as the transformed one.
template <class Arch>
FCN_FORCE_INLINE ConvShape winograd_shape(ConvShape shape, ConvAlgorithm algorithm) {
  if (algorithm == ConvAlgorithm::rowwise) {
    shape.kernel_w = WinogradRowTransform<Arch>::points + WinogradRowTransform<Arch>::common;
    return shape;
  }
  const int filters = tile_extent(algorithm).x + 2;
  shape.kernel_w = winograd_halves_filters<Arch>(shape, algorithm) ? 3 : filters;
  shape.kernel_h = filters;
  return shape;
}

/// Of a layer that is taken along its rows. A block is as long as a stretch of conv_max_pool.hpp.
template <class Arch>
WinogradLayout<Arch> winograd_row_layout(const ConvShape& shape) {
  using Transform = WinogradRowTransform<Arch>;
  const std::ptrdiff_t channels = 2 * std::ptrdiff_t{shape.in_channels} * shape.kernel_h;
  const std::ptrdiff_t tile_stride = (channels + kCacheLine - 1) / kCacheLine * kCacheLine;
  const std::ptrdiff_t block_tiles = 8 * ConvTile<Arch>::mr;
  return {.taps = Transform::taps,
          .filters = Transform::points,
          .points = Transform::points,
          .block_tiles = block_tiles,
          .tile_stride = tile_stride,
          // The last tile's registers may reach so far past its channels.
          .v_stride = block_tiles * tile_stride + kCacheLine,
          .m_stride = static_cast<std::ptrdiff_t>(Transform::points) * conv_nr<Arch>,
          .u_floats = 0};
}

template <class Arch>
WinogradLayout<Arch> winograd_layout(const ConvShape& shape, ConvAlgorithm algorithm) {
  if (algorithm == ConvAlgorithm::rowwise) return winograd_row_layout<Arch>(shape);
  const int tile = tile_extent(algorithm).x;
  const std::ptrdiff_t taps = std::ptrdiff_t{tile - 1} * shape.stride_x + 3, points = taps * taps;
  const std::ptrdiff_t tile_stride =
      std::ptrdiff_t{shape.in_channels + kCacheLine - 1} / kCacheLine * kCacheLine;
  const std::ptrdiff_t block_tiles = winograd_register_tiles<Arch>(shape.in_channels) * ConvTile<Arch>::mr;
  // One line more than a round number, so that the points of a tile fall into different cache sets.
  const bool halves = winograd_halves_filters<Arch>(shape, algorithm);
  return {.taps = taps,
          .filters = tile + 2,
          .points = points,
          .block_tiles = block_tiles,
          .tile_stride = tile_stride,
          .v_stride = block_tiles * tile_stride + kCacheLine,
          .m_stride = points * conv_nr<Arch>,
          .u_floats = halves ? 4 * (shape.in_channels * conv_nr<Arch> + kCacheLine) : std::ptrdiff_t{0}};
}

template <class Arch>
std::size_t winograd_scratch_f32(const ConvShape& shape, ConvAlgorithm algorithm) {
  const auto layout = winograd_layout<Arch>(shape, algorithm);
  return static_cast<std::size_t>(layout.points * layout.v_stride + layout.block_tiles * layout.m_stride +
                                  layout.u_floats);
}

template <class Arch>
std::size_t packed_winograd_size_f32(const ConvShape& shape, ConvAlgorithm algorithm) {
  return packed_conv_size_f32<Arch>(winograd_shape<Arch>(shape, algorithm));
}

template <class Arch>
std::ptrdiff_t winograd_panels_f32(const ConvShape& shape, ConvAlgorithm algorithm) {
  return conv_panels_f32<Arch>(winograd_shape<Arch>(shape, algorithm));
}

}  // namespace fcn::kernels

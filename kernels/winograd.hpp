// SPDX-License-Identifier: MIT
// Convolution by Winograd's F(2 x 2, 3 x 3) and F(4 x 4, 3 x 3): the loops over blocks of tiles and panels of
// output channels. Only a block's transformed input and one panel's products are ever stored, small enough to
// stay in the second-level cache while the transformed weights stream past them.
//
//   for blocks of tiles:       v = B^T d B, each tile once               winograd_input.hpp
//     for panels:              nr output channels
//       for the points xi:     m[tile] = sum over c of v[xi][tile][c] * u[panel][xi][c]     here
//       for tiles:             y = A^T m A, bias, residual, relu, store  winograd_output.hpp
//
// Bits: the transforms are stated in winograd_transform.hpp; m starts at 0, then m = fma(v, u, m) over c in
// ascending order; then y + bias; then + residual if there is one; then x > 0 ? x : 0 if relu. A NaN or an
// infinity in the input makes NaN of whole tiles, where a direct convolution spoils only the pixels it
// reaches.
#pragma once

#include <cstddef>

#include "kernels/conv_layout.hpp"
#include "kernels/conv_tile.hpp"
#include "kernels/kernel_table.hpp"
#include "kernels/pixel_cursor.hpp"
#include "kernels/simd.hpp"
#include "kernels/winograd_input.hpp"
#include "kernels/winograd_layout.hpp"
#include "kernels/winograd_output.hpp"

namespace fcn::kernels {

/// One register tile of products at one point: MR tiles times V registers of output channels.
template <class Arch, std::size_t MR, std::size_t V>
void winograd_multiply(const float* v, std::ptrdiff_t tile_stride, const float* u, std::ptrdiff_t channels,
                       float* m, std::ptrdiff_t m_stride) {
  Vec<Arch> acc[MR][V];
  const float* a[MR];
  unroll<Arch, MR>([&]<std::size_t I>() FCN_INLINE_LAMBDA {
    a[I] = v + static_cast<std::ptrdiff_t>(I) * tile_stride;
    unroll<Arch, V>([&]<std::size_t J>() FCN_INLINE_LAMBDA { acc[I][J] = Vec<Arch>::zero(); });
  });
  multiply_run<Arch, MR, V>(a, u, channels, acc);
  unroll<Arch, MR>([&]<std::size_t I>() FCN_INLINE_LAMBDA {
    unroll<Arch, V>([&]<std::size_t J>() FCN_INLINE_LAMBDA { acc[I][J].store(m + J * Vec<Arch>::size); });
    m += m_stride;
  });
}

template <class Arch>
using WinogradMultiply = void (*)(const float*, std::ptrdiff_t, const float*, std::ptrdiff_t, float*,
                                  std::ptrdiff_t);

/// The register tiles of every size: [tiles - 1][registers of channels - 1].
template <class Arch>
struct WinogradMultiplies {
  WinogradMultiply<Arch> of[ConvTile<Arch>::mr][ConvTile<Arch>::vectors];
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

/// The products of one panel at every point, for `tiles` transformed tiles.
template <class Arch>
void multiply_panel(const WinogradLayout<Arch>& layout, const ConvPanel<Arch>& panel, std::ptrdiff_t channels,
                    const float* v, std::ptrdiff_t tiles, const float* u, float* m) {
  constexpr std::ptrdiff_t mr = ConvTile<Arch>::mr;
  const std::ptrdiff_t vectors = panel.lanes / Vec<Arch>::width;
  const std::ptrdiff_t register_tiles = (tiles + mr - 1) / mr;
  for (std::ptrdiff_t xi = 0; xi < layout.points; ++xi) {
    for (std::ptrdiff_t r = 0; r < register_tiles; ++r) {
      // As even as possible, as in conv_pixels.hpp: small register tiles are slow ones.
      const std::ptrdiff_t begin = tiles * r / register_tiles, end = tiles * (r + 1) / register_tiles;
      winograd_multiplies<Arch>.of[end - begin - 1][vectors - 1](
          v + xi * layout.v_stride + begin * layout.tile_stride, layout.tile_stride, u, channels,
          m + begin * layout.m_stride + xi * conv_nr<Arch>, layout.m_stride);
    }
    u += channels * panel.lanes;
  }
}

template <class Arch, int Tile>
void winograd_tiles(const ConvBand& band, Range tiles, Range panels, float* scratch) {
  const auto layout = winograd_layout<Arch>(band.shape, Tile);
  const auto weights = conv_layout<Arch>(winograd_shape<Arch>(band.shape, Tile));
  const int across = (band.out_width + Tile - 1) / Tile;
  float* const v = scratch;
  float* const m = v + layout.points * layout.v_stride;
  const std::ptrdiff_t count = tiles.end - tiles.begin;
  const std::ptrdiff_t blocks = (count + layout.block_tiles - 1) / layout.block_tiles;
  for (std::ptrdiff_t b = 0; b < blocks; ++b) {
    const std::ptrdiff_t begin = tiles.begin + count * b / blocks;
    const std::ptrdiff_t size = tiles.begin + count * (b + 1) / blocks - begin;
    const auto first = PixelCursor<Arch>::at(begin, band.images, across);
    auto at = first;
    for (std::ptrdiff_t t = 0; t < size; ++t, at.next()) {
      transform_input_tile<Arch, Tile>(band, at, v + t * layout.tile_stride, layout.v_stride);
    }
    for (std::ptrdiff_t p = panels.begin; p < panels.end; ++p) {
      const auto panel = conv_panel<Arch>(weights, p);
      const float* bias = band.weights + panel.offset;
      multiply_panel<Arch>(layout, panel, band.shape.in_channels, v, size, bias + panel.lanes, m);
      at = first;
      for (std::ptrdiff_t t = 0; t < size; ++t, at.next()) {
        transform_output_tile<Arch, Tile>(band, panel, at, m + t * layout.m_stride, bias);
      }
    }
  }
}

template <class Arch>
void winograd_f32(const ConvBand& band, int tile, Range tiles, Range panels, float* scratch) {
  if (tile == 4) {
    winograd_tiles<Arch, 4>(band, tiles, panels, scratch);
  } else {
    winograd_tiles<Arch, 2>(band, tiles, panels, scratch);
  }
}

}  // namespace fcn::kernels

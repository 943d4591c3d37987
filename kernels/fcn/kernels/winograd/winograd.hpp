// SPDX-License-Identifier: MIT
// Convolution by Winograd's F(2 x 2, 3 x 3) and F(4 x 4, 3 x 3), and F(2 x 2, 3 x 3) of stride 2: the loops
// over blocks of tiles and panels of output channels. Only a block's transformed input and one panel's
// products are ever stored, small enough to stay in the second-level cache while the transformed weights
// stream past them.
//
//   for blocks of tiles:       v = B^T d B, each tile once               winograd/input.hpp
//     for panels:              nr output channels
//       for the points xi:     m[tile] = sum over c of                 winograd/multiply.hpp,
//                                v[xi][tile][c] * u[panel][xi][c]      of large layers winograd/halves.hpp
//       for tiles:             y = A^T m A, bias, residual, relu, store  winograd/output.hpp
//
// Bits: the transforms are stated in winograd/transform.hpp; m starts at 0, then m = fma(v, u, m) over c in
// ascending order; then y + bias; then + residual if there is one; then x > 0 ? x : 0 if relu. A NaN or an
// infinity in the input makes NaN of whole tiles, where a direct convolution spoils only the pixels it
// reaches.
#pragma once

#include <cstddef>

#include "fcn/kernels/conv/conv_layout.hpp"
#include "fcn/kernels/kernel_table.hpp"
#include "fcn/kernels/pixel_cursor.hpp"
#include "fcn/kernels/simd.hpp"
#include "fcn/kernels/winograd/halves.hpp"
#include "fcn/kernels/winograd/input.hpp"
#include "fcn/kernels/winograd/layout.hpp"
#include "fcn/kernels/winograd/multiply.hpp"
#include "fcn/kernels/winograd/output.hpp"
#include "fcn/kernels/winograd/rows.hpp"

namespace fcn::kernels {

template <class Arch, ConvAlgorithm Algorithm>
void winograd_tiles(const ConvBand& band, Range tiles, Range panels, float* scratch) {
  constexpr int Tile = tile_extent(Algorithm).x, Stride = Algorithm == ConvAlgorithm::polyphase ? 2 : 1;
  const auto layout = winograd_layout<Arch>(band.shape, Algorithm);
  const auto weights = conv_layout<Arch>(winograd_shape<Arch>(band.shape, Algorithm));
  const int across = (band.out_width + Tile - 1) / Tile;
  float* const v = scratch;
  float* const m = v + layout.points * layout.v_stride;
  const std::ptrdiff_t count = tiles.end - tiles.begin;
  const std::ptrdiff_t blocks = (count + layout.block_tiles - 1) / layout.block_tiles;
  for (std::ptrdiff_t b = 0; b < blocks; ++b) {
    const std::ptrdiff_t begin = tiles.begin + count * b / blocks;
    const std::ptrdiff_t size = tiles.begin + count * (b + 1) / blocks - begin;
    const auto first = PixelCursor<Arch>::at(begin, band.images, across);
    const BlockTiles block{whole_tiles<Arch, Tile, Stride>(band, first, size), size};
    transform_input_block<Arch, Tile, Stride>(band, first, block, layout, v);
    for (std::ptrdiff_t p = panels.begin; p < panels.end; ++p) {
      const auto panel = conv_panel<Arch>(weights, p);
      const float* bias = band.weights + panel.offset;
      const auto after = conv_panel<Arch>(weights, p + 1 < panels.end ? p + 1 : panels.begin);
      const PanelData data{
          .v = v, .filters = bias + panel.lanes, .next = band.weights + after.offset + after.lanes, .m = m};
      if (layout.u_floats > 0) {
        float* const u = m + layout.block_tiles * layout.m_stride;
        multiply_halves<Arch>(layout, panel.lanes, band.shape.in_channels, block, data, u);
      } else {
        multiply_panel<Arch>(layout, panel.lanes, band.shape.in_channels, block, data);
      }
      transform_output_panel<Arch, Tile, Stride>(band, panel, first, block, layout, m, bias);
    }
  }
}

template <class Arch>
void winograd_f32(const ConvBand& band, ConvAlgorithm algorithm, Range tiles, Range panels, float* scratch) {
  if (algorithm == ConvAlgorithm::rowwise) {
    winograd_row_tiles<Arch>(band, tiles, panels, scratch);
  } else if (algorithm == ConvAlgorithm::polyphase) {
    winograd_tiles<Arch, ConvAlgorithm::polyphase>(band, tiles, panels, scratch);
  } else if (algorithm == ConvAlgorithm::winograd4) {
    winograd_tiles<Arch, ConvAlgorithm::winograd4>(band, tiles, panels, scratch);
  } else {
    winograd_tiles<Arch, ConvAlgorithm::winograd2>(band, tiles, panels, scratch);
  }
}

}  // namespace fcn::kernels

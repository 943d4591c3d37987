// SPDX-License-Identifier: MIT
// Convolution as an implicit matrix product: the loops over blocks of output pixels, panels of output
// channels and chunks of k around the register tiles of conv_tile.hpp and conv_depthwise.hpp. No im2col
// buffer exists.
//
//   for blocks of tiles:      pixel addresses, worked out once
//     for panels:             nr output channels
//       for chunks of k:      the chunk's weights stay in the first-level cache ...
//         for tiles:          ... while every tile of the block uses them
//
// A sum that spans chunks rests in `partial` between them, as the float32 it is: chunks change no bit.
// Fetching the next chunk's weights ahead was tried: 5 to 10 % less time where k is thousands (layers that
// Winograd has anyway), as much more in the stem and in shallow layers, whose inner loop it lengthens.
#pragma once

#include <cstddef>

#include "kernels/conv_depthwise.hpp"
#include "kernels/conv_layout.hpp"
#include "kernels/conv_pixels.hpp"
#include "kernels/conv_tile.hpp"
#include "kernels/kernel_table.hpp"
#include "kernels/simd.hpp"

namespace fcn::kernels {

template <class Arch>
using ConvTileFunction = void (*)(const PanelWork<Arch>&, const PixelBlock<Arch>&, int pixel, float* partial);

/// The register tiles of every size: [pixels - 1][registers of channels - 1].
template <class Arch>
struct ConvTiles {
  ConvTileFunction<Arch> dense[ConvTile<Arch>::mr][ConvTile<Arch>::vectors];
  ConvTileFunction<Arch> depthwise[ConvTile<Arch>::mr][ConvTile<Arch>::vectors];
};

template <class Arch, std::size_t MR, std::size_t V = 1>
constexpr void list_tiles(ConvTiles<Arch>& tiles) {
  tiles.dense[MR - 1][V - 1] = &conv_tile_f32<Arch, MR, V>;
  tiles.depthwise[MR - 1][V - 1] = &conv_depthwise_tile_f32<Arch, MR, V>;
  if constexpr (V < ConvTile<Arch>::vectors) {
    list_tiles<Arch, MR, V + 1>(tiles);
  } else if constexpr (MR > 1) {
    list_tiles<Arch, MR - 1>(tiles);
  }
}

template <class Arch>
constexpr ConvTiles<Arch> make_tiles() {
  ConvTiles<Arch> tiles{};
  list_tiles<Arch, ConvTile<Arch>::mr>(tiles);
  return tiles;
}

template <class Arch>
inline constexpr ConvTiles<Arch> conv_tiles = make_tiles<Arch>();

/// What the tiles of panel p share; the chunk is set by the loop over chunks.
template <class Arch>
PanelWork<Arch> panel_work(const ConvBand& band, const ConvLayout<Arch>& layout,
                           const ConvPanel<Arch>& panel) {
  const ConvShape& s = band.shape;
  const std::ptrdiff_t end = panel.channel + panel.channels;
  const std::ptrdiff_t quantum = kChannelQuantum;
  const bool ends_pixel = end == s.out_channels;
  // Pixels that touch make one run of a whole row of the window.
  const bool touching =
      !layout.depthwise && layout.groups == 1 && s.dilation_x == 1 && band.in.pixel_stride == s.in_channels;
  return {.weights = band.weights + panel.offset,
          .channel = panel.channel,
          .channels = static_cast<int>(panel.channels),
          .padding = ends_pixel ? static_cast<int>((quantum - end % quantum) % quantum) : 0,
          .residual = band.residual.row != nullptr,
          .relu = band.relu,
          .in_channel = layout.depthwise ? panel.channel : panel.group * layout.group_in,
          .run = touching ? layout.group_in * s.kernel_w : layout.group_in,
          .runs_per_row = touching ? 1 : s.kernel_w,
          .run_stride = s.dilation_x * band.in.pixel_stride,
          .k_begin = 0,
          .k_end = layout.k,
          .first_chunk = true,
          .last_chunk = true};
}

/// One panel of one block. A depthwise convolution has few taps and is a single chunk.
template <class Arch>
void conv_block_panel(PanelWork<Arch> work, const PixelBlock<Arch>& block, const ConvLayout<Arch>& layout,
                      std::ptrdiff_t vectors, float* partial) {
  constexpr std::ptrdiff_t chunk_k = ConvTile<Arch>::chunk_k;
  const std::ptrdiff_t chunks = layout.depthwise || block.tiles == 1 ? 1 : (layout.k + chunk_k - 1) / chunk_k;
  const auto& tiles = layout.depthwise ? conv_tiles<Arch>.depthwise : conv_tiles<Arch>.dense;
  for (std::ptrdiff_t chunk = 0; chunk < chunks; ++chunk) {
    work.k_begin = layout.k * chunk / chunks;
    work.k_end = layout.k * (chunk + 1) / chunks;
    work.first_chunk = chunk == 0;
    work.last_chunk = chunk == chunks - 1;
    for (int t = 0; t < block.tiles; ++t) {
      const int pixel = block.begin[t];
      const int pixels = block.begin[t + 1] - pixel;
      tiles[pixels - 1][vectors - 1](work, block, pixel, partial + pixel * conv_nr<Arch>);
    }
  }
}

template <class Arch>
void conv_f32(const ConvBand& band, Range pixels, Range panels) {
  constexpr std::ptrdiff_t mr = ConvTile<Arch>::mr, max_tiles = PixelBlock<Arch>::max_tiles;
  const auto layout = conv_layout<Arch>(band.shape);
  const std::ptrdiff_t tiles = (pixels.end - pixels.begin + mr - 1) / mr;
  PixelBlock<Arch> block;
  alignas(64) float partial[PixelBlock<Arch>::max_pixels * conv_nr<Arch>];
  for (std::ptrdiff_t tile = 0; tile < tiles; tile += block.tiles) {
    const std::ptrdiff_t left = tiles - tile;
    fill_block<Arch>(block, band, pixels, tiles, tile, left < max_tiles ? left : max_tiles);
    for (std::ptrdiff_t p = panels.begin; p < panels.end; ++p) {
      const auto panel = conv_panel<Arch>(layout, p);
      conv_block_panel<Arch>(panel_work<Arch>(band, layout, panel), block, layout,
                             panel.lanes / Vec<Arch>::width, partial);
    }
  }
}

}  // namespace fcn::kernels

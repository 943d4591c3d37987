// SPDX-License-Identifier: MIT
// Convolution as an implicit matrix product: the loops over blocks of output pixels, panels of output
// channels and chunks of k around the register tiles of conv_tile.hpp. No im2col buffer exists. Not here:
// depthwise convolutions (conv_depthwise_slide.hpp, conv_depthwise.hpp).
//
//   for blocks of tiles:      pixel addresses, worked out once
//     for panels:             nr output channels
//       for chunks of k:      the chunk's weights stay in the first-level cache (or streams_weights) ...
//         for tiles:          ... while every tile of the block uses them
//
// Outputs are the first use of their memory, one short run per pixel and panel: each tile prefetches that of
// the next (18 % less time for a 1 x 1 layer of 64 channels at 725x1920, 1 % for the network). Sums of few
// taps end before it comes, and the requests cost 1 to 3 % of a mobile network.
// A sum that spans chunks is kept in `partial` between them, as float32: chunks change no bit.
// Fetching the next chunk's weights ahead was tried: 5 to 10 % less time where k is thousands (layers that
// Winograd has anyway), as much more in the stem and in shallow layers, whose inner loop it lengthens.
#pragma once

#include <cstddef>
#include <type_traits>

#include "fcn/kernels/conv/conv_depthwise.hpp"
#include "fcn/kernels/conv/conv_depthwise_slide.hpp"
#include "fcn/kernels/conv/conv_group_bundle.hpp"
#include "fcn/kernels/conv/conv_grouped.hpp"
#include "fcn/kernels/conv/conv_layout.hpp"
#include "fcn/kernels/conv/conv_pixels.hpp"
#include "fcn/kernels/conv/conv_tile.hpp"
#include "fcn/kernels/conv/first_level_cache.hpp"
#include "fcn/kernels/kernel_table.hpp"
#include "fcn/kernels/simd.hpp"

namespace fcn::kernels {

template <class Arch>
using ConvTileFunction = void (*)(const PanelWork<Arch>&, const PixelBlock<Arch>&, int pixel, float* partial);

/// The register tiles of every size: [pixels - 1][registers of channels - 1].
template <class Arch>
struct ConvTiles {
  ConvTileFunction<Arch> sized[ConvTile<Arch>::mr][ConvTile<Arch>::vectors];
};

template <class Arch, std::size_t MR, std::size_t V = 1>
constexpr void list_tiles(ConvTiles<Arch>& tiles) {
  tiles.sized[MR - 1][V - 1] = &conv_tile_f32<Arch, MR, V>;
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

/// Whether weights come from the second-level cache, tap by tap, instead of staying in the first level.
/// 32 KiB do not hold AVX-512's chunk beside a tile's pixels and partial sums; the second level delivers a
/// tap's four registers while 24 are multiplied. On Cascade Lake (32 KiB) layers of more than 96 taps take 4
/// to 15 % less time so, and those of fewer as much.
template <class Arch>
bool streams_weights() {
  constexpr std::ptrdiff_t large_enough = 48 * 1024;
  const std::ptrdiff_t bytes = first_level_cache<Arch>();
  return std::is_same_v<Arch, arch::avx512> && bytes != 0 && bytes < large_enough;
}

/// Most tiles of a block. What a 1 x 1 convolution reads is its block alone, so that lies in half a
/// first-level cache while panel after panel uses it; larger windows are read from the second level anyway.
template <class Arch>
std::ptrdiff_t most_block_tiles(const ConvLayout<Arch>& layout) {
  constexpr std::ptrdiff_t all = PixelBlock<Arch>::max_tiles, half_cache = 4096, fewest = 2;
  const std::ptrdiff_t most = streams_weights<Arch>() || all <= 16 ? all : 16;
  const bool single_tap = layout.k == layout.group_in;
  if (!single_tap || layout.k > ConvTile<Arch>::chunk_k) return most;
  const std::ptrdiff_t fitting = half_cache / (ConvTile<Arch>::mr * layout.k);
  return fitting > most ? most : fitting < fewest ? fewest : fitting;
}

/// Floats of weights that stay in the second-level cache from block to block. Of more, the next are
/// prefetched.
inline constexpr std::ptrdiff_t near_weights = 64 * 1024;

/// Prefetches the memory that the panel's channels of tile `t` go to.
template <class Arch>
FCN_FORCE_INLINE void fetch_outputs(const PixelBlock<Arch>& block, int t, const PanelWork<Arch>& work) {
  for (int i = block.begin[t]; i < block.begin[t + 1]; ++i) {
    const float* out = block.out[i] + work.channel;
    for (int c = 0; c < work.channels; c += kCacheLine) __builtin_prefetch(out + c, 1);
  }
}

/// Asks the second-level cache for the weights that follow a chunk, a share at each tile. They lie right
/// after it: the panel's next chunk, or the next panel.
template <class Arch>
FCN_FORCE_INLINE void fetch_weights(const PanelWork<Arch>& work, std::ptrdiff_t lanes, int tile, int tiles) {
  const std::ptrdiff_t floats = (work.k_end - work.k_begin) * lanes;
  const float* next = work.weights + (1 + work.k_end) * lanes;
  for (std::ptrdiff_t c = floats * tile / tiles; c < floats * (tile + 1) / tiles; c += kCacheLine)
    __builtin_prefetch(next + c, 0, 2);
}

/// One panel of one block.
template <class Arch>
void conv_block_panel(PanelWork<Arch> work, const PixelBlock<Arch>& block, const ConvLayout<Arch>& layout,
                      std::ptrdiff_t vectors, float* partial) {
  const bool streams = streams_weights<Arch>();
  const std::ptrdiff_t chunk_k = streams ? 512 : ConvTile<Arch>::chunk_k;
  const bool far = !streams && layout.group_size > near_weights && block.tiles > 1;
  const bool fetches = layout.k >= 64;
  const std::ptrdiff_t chunks = block.tiles == 1 ? 1 : (layout.k + chunk_k - 1) / chunk_k;
  for (std::ptrdiff_t chunk = 0; chunk < chunks; ++chunk) {
    work.k_begin = layout.k * chunk / chunks;
    work.k_end = layout.k * (chunk + 1) / chunks;
    work.first_chunk = chunk == 0;
    work.last_chunk = chunk == chunks - 1;
    for (int t = 0; t < block.tiles; ++t) {
      const int pixel = block.begin[t];
      const int pixels = block.begin[t + 1] - pixel;
      if (work.last_chunk && fetches && t + 1 < block.tiles) fetch_outputs(block, t + 1, work);
      if (far) fetch_weights<Arch>(work, vectors * Vec<Arch>::width, t, block.tiles);
      conv_tiles<Arch>.sized[pixels - 1][vectors - 1](work, block, pixel, partial + pixel * conv_nr<Arch>);
    }
  }
}

template <class Arch>
void conv_f32(const ConvBand& band, Range pixels, Range panels) {
  constexpr std::ptrdiff_t mr = ConvTile<Arch>::mr;
  const auto layout = conv_layout<Arch>(band.shape);
  if (layout.depthwise && slides<Arch>(band))
    return conv_depthwise_slide_f32<Arch>(band, layout, pixels, panels);
  if (layout.depthwise) return conv_depthwise_f32<Arch>(band, layout, pixels, panels);
  if (layout.bundle > 1) return conv_group_bundle_f32<Arch>(band, layout, pixels, panels);
  if (is_narrow_group<Arch>(layout)) return conv_grouped_f32<Arch>(band, layout, pixels, panels);
  const std::ptrdiff_t tiles = (pixels.end - pixels.begin + mr - 1) / mr;
  const std::ptrdiff_t most = most_block_tiles<Arch>(layout);
  PixelBlock<Arch> block;
  alignas(64) float partial[PixelBlock<Arch>::max_pixels * conv_nr<Arch>];
  for (std::ptrdiff_t tile = 0; tile < tiles; tile += block.tiles) {
    const std::ptrdiff_t left = tiles - tile;
    fill_block<Arch>(block, band, pixels, tiles, tile, left < most ? left : most);
    for (std::ptrdiff_t p = panels.begin; p < panels.end; ++p) {
      const auto panel = conv_panel<Arch>(layout, p);
      conv_block_panel<Arch>(panel_work<Arch>(band, layout, panel), block, layout,
                             panel.lanes / Vec<Arch>::width, partial);
    }
  }
}

}  // namespace fcn::kernels

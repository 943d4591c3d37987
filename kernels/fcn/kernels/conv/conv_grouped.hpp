// SPDX-License-Identifier: MIT
// A convolution of many narrow groups (ResNeXt's, of 4 or 8 channels): panels, weights and stores are as in
// conv_tile.hpp, the loops as in conv_row_tiles.hpp. A group fills one register of output channels, so a
// tile is twice as long as others: its sums must outnumber the cycles that a fused multiply-add takes.
#pragma once

#include <cstddef>

#include "fcn/kernels/conv/conv_layout.hpp"
#include "fcn/kernels/conv/conv_pixels.hpp"
#include "fcn/kernels/conv/conv_row_tiles.hpp"
#include "fcn/kernels/conv/conv_tile.hpp"
#include "fcn/kernels/kernel_table.hpp"
#include "fcn/kernels/simd.hpp"

namespace fcn::kernels {

/// Pixels of a tile.
template <class Arch>
inline constexpr int grouped_mr = 2 * ConvTile<Arch>::mr;

/// Whether conv_grouped_f32 is faster than conv_f32: groups of one register, with a dozen taps or so a row.
template <class Arch>
bool is_narrow_group(const ConvLayout<Arch>& layout) {
  return layout.groups > 1 && layout.group_out <= Vec<Arch>::width && layout.k <= ConvTile<Arch>::chunk_k;
}

template <class Arch, std::size_t MR>
void conv_grouped_tile_f32(const PanelWork<Arch>& work, const RowWindow<Arch>& window,
                           const PixelBlock<Arch>& block) {
  constexpr std::size_t run = 3;  // pixels that one pointer reaches: at 0, 1 and 2 strides
  Vec<Arch> acc[MR][1];
  const float* b = work.weights;
  unroll<Arch, MR>([&]<std::size_t I>() FCN_INLINE_LAMBDA { acc[I][0] = Vec<Arch>::load(b); });
  const std::ptrdiff_t stride = window.pixel_stride;
  const std::ptrdiff_t channels = work.run;
  for (int ky = 0; ky < window.kernel_h; ++ky) {
    const float* tap = window.rows[ky] + window.tap_zero + work.in_channel;
    for (int kx = 0; kx < window.kernel_w; ++kx, tap += window.tap_stride) {
      const float* a[(MR + run - 1) / run];
      unroll<Arch, (MR + run - 1) / run>([&]<std::size_t R>() FCN_INLINE_LAMBDA {
        a[R] = tap + static_cast<std::ptrdiff_t>(R * run) * stride;
      });
      for (std::ptrdiff_t c = 0; c < channels; ++c) {
        b += Vec<Arch>::size;
        const auto weights = Vec<Arch>::load(b);
        unroll<Arch, MR>([&]<std::size_t I>() FCN_INLINE_LAMBDA {
          const float* pixel = a[I / run] + static_cast<std::ptrdiff_t>(I % run) * stride;
          acc[I][0] = fma(Vec<Arch>::broadcast(pixel[c]), weights, acc[I][0]);
        });
      }
    }
  }
  store_tile<Arch, MR, 1>(work, block, 0, acc);
}

/// The tiles of every length: [pixels - 1].
template <class Arch>
struct GroupedTiles {
  RowTileFunction<Arch> sized[grouped_mr<Arch>];
};

template <class Arch, std::size_t MR = 1>
constexpr void list_grouped_tiles(GroupedTiles<Arch>& tiles) {
  tiles.sized[MR - 1] = &conv_grouped_tile_f32<Arch, MR>;
  if constexpr (MR < grouped_mr<Arch>) list_grouped_tiles<Arch, MR + 1>(tiles);
}

template <class Arch>
constexpr GroupedTiles<Arch> make_grouped_tiles() {
  GroupedTiles<Arch> tiles{};
  list_grouped_tiles<Arch>(tiles);
  return tiles;
}

template <class Arch>
inline constexpr GroupedTiles<Arch> grouped_tiles = make_grouped_tiles<Arch>();

/// conv_f32 for narrow groups.
template <class Arch>
void conv_grouped_f32(const ConvBand& band, const ConvLayout<Arch>& layout, Range pixels, Range panels) {
  for_row_tiles<Arch>(band, pixels, grouped_mr<Arch>,
                      [&](const RowWindow<Arch>& window, const PixelBlock<Arch>& block, int count)
                          FCN_INLINE_LAMBDA {
                            for (std::ptrdiff_t p = panels.begin; p < panels.end; ++p) {
                              auto work = panel_work<Arch>(band, layout, conv_panel<Arch>(layout, p));
                              work.run = layout.group_in;
                              grouped_tiles<Arch>.sized[count - 1](work, window, block);
                            }
                          });
}

}  // namespace fcn::kernels

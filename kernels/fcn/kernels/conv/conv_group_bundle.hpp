// SPDX-License-Identifier: MIT
// Groups of four or eight channels, several of which share a register: its lanes belong to different groups,
// so that none idles. In place of one broadcast input, each group's lanes get an input of their own group;
// one load serves all of a tap's channels.
//
//   input         a0 a1 a2 a3 | b0 b1 b2 b3      two groups of four
//   channel 2 of  a2 a2 a2 a2 | b2 b2 b2 b2      times the weights from channel 2 to each output
//
// Which layers: bundled_groups() of conv_layout.hpp. Other groups are conv_grouped.hpp's or conv_tile.hpp's.
#pragma once

#include <cstddef>

#include "fcn/kernels/conv/conv_layout.hpp"
#include "fcn/kernels/conv/conv_pixels.hpp"
#include "fcn/kernels/conv/conv_row_tiles.hpp"
#include "fcn/kernels/conv/conv_tile.hpp"
#include "fcn/kernels/kernel_table.hpp"
#include "fcn/kernels/simd.hpp"

namespace fcn::kernels {

/// Pixels of a tile: a register each, beside those of a tap's weights.
template <class Arch>
inline constexpr std::size_t bundle_mr = Vec<Arch>::size == 16 ? 12 : 8;

/// acc = fma(channel c of each group, weights[c], acc) for c = 0, 1, ...; x holds all groups' channels.
template <class Arch, std::size_t Channels>
FCN_FORCE_INLINE Vec<Arch> multiply_bundle(Vec<Arch> x, const Vec<Arch> (&weights)[Channels], Vec<Arch> acc) {
  unroll<Arch, Channels>([&]<std::size_t C>() FCN_INLINE_LAMBDA {
    constexpr int lane = static_cast<int>(C % 4);
    if constexpr (Channels == 4) {
      acc = fma(x.template spread_of_four<lane>(), weights[C], acc);
    } else {
      const auto half = x.template half_of_eight<(C >= 4)>();
      acc = fma(half.template spread_of_four<lane>(), weights[C], acc);
    }
  });
  return acc;
}

template <class Arch, std::size_t MR, std::size_t Channels>
void conv_group_bundle_tile_f32(const PanelWork<Arch>& work, const RowWindow<Arch>& window,
                                const PixelBlock<Arch>& block) {
  constexpr std::size_t width = Vec<Arch>::size;
  Vec<Arch> acc[MR][1];
  const float* b = work.weights;
  unroll<Arch, MR>([&]<std::size_t I>() FCN_INLINE_LAMBDA { acc[I][0] = Vec<Arch>::load(b); });
  b += width;
  for (int ky = 0; ky < window.kernel_h; ++ky) {
    const float* tap = window.rows[ky] + window.tap_zero + work.in_channel;
    for (int kx = 0; kx < window.kernel_w; ++kx, tap += window.tap_stride, b += Channels * width) {
      Vec<Arch> weights[Channels];
      unroll<Arch, Channels>([&]<std::size_t C>()
                                 FCN_INLINE_LAMBDA { weights[C] = Vec<Arch>::load(b + C * width); });
      const float* pixel = tap;
      unroll<Arch, MR>([&]<std::size_t I>() FCN_INLINE_LAMBDA {
        acc[I][0] = multiply_bundle<Arch, Channels>(Vec<Arch>::load(pixel), weights, acc[I][0]);
        pixel += window.pixel_stride;
      });
    }
  }
  store_tile<Arch, MR, 1>(work, block, 0, acc);
}

/// The tiles of every length: [pixels - 1].
template <class Arch, std::size_t Channels>
struct BundleTiles {
  RowTileFunction<Arch> sized[bundle_mr<Arch>];
};

template <class Arch, std::size_t Channels, std::size_t MR = 1>
constexpr void list_bundle_tiles(BundleTiles<Arch, Channels>& tiles) {
  tiles.sized[MR - 1] = &conv_group_bundle_tile_f32<Arch, MR, Channels>;
  if constexpr (MR < bundle_mr<Arch>) list_bundle_tiles<Arch, Channels, MR + 1>(tiles);
}

template <class Arch, std::size_t Channels>
constexpr BundleTiles<Arch, Channels> make_bundle_tiles() {
  BundleTiles<Arch, Channels> tiles{};
  list_bundle_tiles<Arch, Channels>(tiles);
  return tiles;
}

template <class Arch, std::size_t Channels>
inline constexpr BundleTiles<Arch, Channels> bundle_tiles = make_bundle_tiles<Arch, Channels>();

template <class Arch, std::size_t Channels>
void conv_group_bundle_of_f32(const ConvBand& band, const ConvLayout<Arch>& layout, Range pixels,
                              Range panels) {
  for_row_tiles<Arch>(band, pixels, bundle_mr<Arch>,
                      [&](const RowWindow<Arch>& window, const PixelBlock<Arch>& block, int count)
                          FCN_INLINE_LAMBDA {
                            for (std::ptrdiff_t p = panels.begin; p < panels.end; ++p)
                              bundle_tiles<Arch, Channels>.sized[count - 1](
                                  panel_work<Arch>(band, layout, conv_panel<Arch>(layout, p)), window, block);
                          });
}

/// conv_f32 for bundles.
template <class Arch>
void conv_group_bundle_f32(const ConvBand& band, const ConvLayout<Arch>& layout, Range pixels, Range panels) {
  if constexpr (Vec<Arch>::width == 16) {
    if (layout.group_in == 8) return conv_group_bundle_of_f32<Arch, 8>(band, layout, pixels, panels);
  }
  if constexpr (Vec<Arch>::width >= 8) conv_group_bundle_of_f32<Arch, 4>(band, layout, pixels, panels);
}

}  // namespace fcn::kernels

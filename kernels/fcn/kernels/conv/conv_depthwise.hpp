// SPDX-License-Identifier: MIT
// A depthwise convolution (one input channel an output channel): channels are lanes of input, weights and
// output alike, so nothing is broadcast. Panels, weights and stores are as in conv_tile.hpp, the loops
// as in conv_row_tiles.hpp.
#pragma once

#include <cstddef>

#include "fcn/kernels/conv/conv_layout.hpp"
#include "fcn/kernels/conv/conv_pixels.hpp"
#include "fcn/kernels/conv/conv_row_tiles.hpp"
#include "fcn/kernels/conv/conv_tile.hpp"
#include "fcn/kernels/kernel_table.hpp"
#include "fcn/kernels/simd.hpp"

namespace fcn::kernels {

/// One panel of one tile: all taps, in order.
template <class Arch, std::size_t MR, std::size_t V>
void conv_depthwise_tile_f32(const PanelWork<Arch>& work, const RowWindow<Arch>& window,
                             const PixelBlock<Arch>& block) {
  constexpr std::size_t width = Vec<Arch>::size;
  Vec<Arch> acc[MR][V];
  const float* b = work.weights;
  unroll<Arch, MR>([&]<std::size_t I>() FCN_INLINE_LAMBDA {
    unroll<Arch, V>([&]<std::size_t J>() FCN_INLINE_LAMBDA { acc[I][J] = Vec<Arch>::load(b + J * width); });
  });
  b += V * width;
  // The last register may end within a pixel, and the last pixel may end the memory.
  const int last_lanes = work.channels - static_cast<int>(V - 1) * Vec<Arch>::width;
  const auto all_taps = [&]<bool whole>() FCN_INLINE_LAMBDA {
    for (int ky = 0; ky < window.kernel_h; ++ky) {
      const float* a = window.rows[ky] + window.tap_zero + work.channel;
      for (int kx = 0; kx < window.kernel_w; ++kx, a += window.tap_stride, b += V * width) {
        unroll<Arch, MR>([&]<std::size_t I>() FCN_INLINE_LAMBDA {
          const float* pixel = a + static_cast<std::ptrdiff_t>(I) * window.pixel_stride;
          unroll<Arch, V>([&]<std::size_t J>() FCN_INLINE_LAMBDA {
            const auto value = whole || J < V - 1 ? Vec<Arch>::load(pixel + J * width)
                                                  : Vec<Arch>::load_first(pixel + J * width, last_lanes);
            acc[I][J] = fma(value, Vec<Arch>::load(b + J * width), acc[I][J]);
          });
        });
      }
    }
  };
  if (last_lanes == Vec<Arch>::width) {
    all_taps.template operator()<true>();
  } else {
    all_taps.template operator()<false>();
  }
  store_tile<Arch, MR, V>(work, block, 0, acc);
}

/// The tiles of every size: [pixels - 1][registers of channels - 1].
template <class Arch>
struct DepthwiseTiles {
  RowTileFunction<Arch> sized[ConvTile<Arch>::mr][ConvTile<Arch>::vectors];
};

template <class Arch, std::size_t MR, std::size_t V = 1>
constexpr void list_depthwise_tiles(DepthwiseTiles<Arch>& tiles) {
  tiles.sized[MR - 1][V - 1] = &conv_depthwise_tile_f32<Arch, MR, V>;
  if constexpr (V < ConvTile<Arch>::vectors) {
    list_depthwise_tiles<Arch, MR, V + 1>(tiles);
  } else if constexpr (MR > 1) {
    list_depthwise_tiles<Arch, MR - 1>(tiles);
  }
}

template <class Arch>
constexpr DepthwiseTiles<Arch> make_depthwise_tiles() {
  DepthwiseTiles<Arch> tiles{};
  list_depthwise_tiles<Arch, ConvTile<Arch>::mr>(tiles);
  return tiles;
}

template <class Arch>
inline constexpr DepthwiseTiles<Arch> depthwise_tiles = make_depthwise_tiles<Arch>();

/// conv_f32 for depthwise layouts.
template <class Arch>
void conv_depthwise_f32(const ConvBand& band, const ConvLayout<Arch>& layout, Range pixels, Range panels) {
  for_row_tiles<Arch>(band, pixels, ConvTile<Arch>::mr,
                      [&](const RowWindow<Arch>& window, const PixelBlock<Arch>& block, int count)
                          FCN_INLINE_LAMBDA {
                            for (std::ptrdiff_t p = panels.begin; p < panels.end; ++p) {
                              const auto panel = conv_panel<Arch>(layout, p);
                              depthwise_tiles<Arch>.sized[count - 1][panel.lanes / Vec<Arch>::width - 1](
                                  panel_work<Arch>(band, layout, panel), window, block);
                            }
                          });
}

}  // namespace fcn::kernels

// SPDX-License-Identifier: MIT
// A depthwise convolution (one input channel an output channel): channels are lanes of input, weights and
// output alike, so nothing is broadcast. Panels, weights and store are those of conv_tile.hpp, but the loops
// differ: few taps and many channels, so that a tile's pixels lie in one row, where one pointer and a stride
// reach them all, and the panels of a tile follow one another, as their channels do in memory.
#pragma once

#include <cstddef>

#include "kernels/conv_layout.hpp"
#include "kernels/conv_pixels.hpp"
#include "kernels/conv_tile.hpp"
#include "kernels/kernel_table.hpp"
#include "kernels/pixel_cursor.hpp"
#include "kernels/simd.hpp"

namespace fcn::kernels {

/// The window of a tile's first pixel, and the way to the next.
template <class Arch>
struct DepthwiseWindow {
  const float* const* rows;     // of tap ky
  std::ptrdiff_t tap_zero;      // floats from there to tap kx = 0, channel 0
  std::ptrdiff_t tap_stride;    // floats between taps
  std::ptrdiff_t pixel_stride;  // floats between the windows of neighbouring pixels
  int kernel_h, kernel_w;
};

/// One panel of one tile: all taps, in order.
template <class Arch, std::size_t MR, std::size_t V>
void conv_depthwise_tile_f32(const PanelWork<Arch>& work, const DepthwiseWindow<Arch>& window,
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

template <class Arch>
using DepthwiseTileFunction = void (*)(const PanelWork<Arch>&, const DepthwiseWindow<Arch>&,
                                       const PixelBlock<Arch>&);

/// The tiles of every size: [pixels - 1][registers of channels - 1].
template <class Arch>
struct DepthwiseTiles {
  DepthwiseTileFunction<Arch> sized[ConvTile<Arch>::mr][ConvTile<Arch>::vectors];
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

/// The tile of `count` pixels of one row, from `at`, for all panels of the range.
template <class Arch>
void conv_depthwise_pixels(const ConvBand& band, const ConvLayout<Arch>& layout, PixelCursor<Arch> at,
                           int count, Range panels) {
  const ConvShape& s = band.shape;
  const std::ptrdiff_t column = at.column * s.stride_x - s.pad_left;
  const DepthwiseWindow<Arch> window{
      .rows = band.in.row + at.row * s.kernel_h,
      .tap_zero = at.image * band.in.image_stride + column * band.in.pixel_stride,
      .tap_stride = s.dilation_x * band.in.pixel_stride,
      .pixel_stride = s.stride_x * band.in.pixel_stride,
      .kernel_h = s.kernel_h,
      .kernel_w = s.kernel_w};
  PixelBlock<Arch> block;
  for (int i = 0; i < count; ++i, at.next()) {
    block.out[i] = at.out(band.out);
    if (band.residual.row != nullptr) block.residual[i] = at.in(band.residual);
  }
  for (std::ptrdiff_t p = panels.begin; p < panels.end; ++p) {
    const auto panel = conv_panel<Arch>(layout, p);
    depthwise_tiles<Arch>.sized[count - 1][panel.lanes / Vec<Arch>::width - 1](
        panel_work<Arch>(band, layout, panel), window, block);
  }
}

/// conv_f32 for depthwise layouts.
template <class Arch>
void conv_depthwise_f32(const ConvBand& band, const ConvLayout<Arch>& layout, Range pixels, Range panels) {
  constexpr std::ptrdiff_t mr = ConvTile<Arch>::mr;
  for (std::ptrdiff_t begin = pixels.begin; begin < pixels.end;) {
    const auto first = PixelCursor<Arch>::at(begin, band.images, band.out_width);
    const std::ptrdiff_t left = pixels.end - begin, in_row = band.out_width - first.column;
    const Range segment{begin, begin + (left < in_row ? left : in_row)};
    const std::ptrdiff_t tiles = (segment.end - segment.begin + mr - 1) / mr;
    for (std::ptrdiff_t t = 0; t < tiles; ++t) {
      const std::ptrdiff_t at = tile_begin<Arch>(segment, tiles, t);
      const std::ptrdiff_t end = tile_begin<Arch>(segment, tiles, t + 1);
      auto cursor = first;
      cursor.column += at - begin;
      conv_depthwise_pixels<Arch>(band, layout, cursor, static_cast<int>(end - at), panels);
    }
    begin = segment.end;
  }
}

}  // namespace fcn::kernels

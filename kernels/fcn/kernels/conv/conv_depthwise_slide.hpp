// SPDX-License-Identifier: MIT
// Depthwise convolutions of the usual windows: 3, 5 or 7 columns of taps, stride 1 or 2, no dilation, any
// number of rows. Neighbouring pixels share most of their taps, so a tile reads each input once a row of
// taps and uses it for every output that it reaches; conv_depthwise.hpp, which computes the others, reads it
// once a tap.
//
//   row ky:  x0 x1 x2 x3 x4 ...        y0 += x0 w0;  y0 += x1 w1, y1 += x1 w0;  y0 += x2 w2, y1 += x2 w1, ...
//
// Each output's taps keep their order.
#pragma once

#include <cstddef>

#include "fcn/kernels/conv/conv_layout.hpp"
#include "fcn/kernels/conv/conv_tile.hpp"
#include "fcn/kernels/kernel_table.hpp"
#include "fcn/kernels/pixel_cursor.hpp"
#include "fcn/kernels/simd.hpp"

namespace fcn::kernels {

/// Pixels of the longest tile: a register each, beside those of a row of weights.
template <class Arch>
inline constexpr int slide_mr = ConvTile<Arch>::mr* ConvTile<Arch>::vectors >= 24 ? 14 : 8;

/// Whether conv_depthwise_slide_f32 takes the band.
template <class Arch>
bool slides(const ConvBand& band) {
  const ConvShape& s = band.shape;
  return (s.kernel_w == 3 || s.kernel_w == 5 || s.kernel_w == 7) && s.dilation_x == 1 && s.stride_x <= 2 &&
         band.residual.row == nullptr;
}

/// Where the pixels of a tile read and write, channel 0.
template <class Arch>
struct SlideTile {
  const float* const* rows;  // of tap ky
  std::ptrdiff_t tap_zero;   // floats from there to the first pixel's tap kx = 0
  std::ptrdiff_t in_stride;  // floats between input pixels
  float* out;
  std::ptrdiff_t out_stride;
};

/// One row of taps: input J meets weight J - S * I of output I. `n` lanes of input count.
template <class Arch, std::size_t MR, std::size_t K, std::size_t S, bool whole>
FCN_FORCE_INLINE void slide_row(const float* a, std::ptrdiff_t stride, const float* b, std::ptrdiff_t lanes,
                                int n, Vec<Arch> (&acc)[MR]) {
  constexpr std::size_t inputs = S * (MR - 1) + K, reached = (K + S - 1) / S;
  Vec<Arch> weights[K];
  unroll<Arch, K>([&]<std::size_t X>() FCN_INLINE_LAMBDA {
    weights[X] = Vec<Arch>::load(b + static_cast<std::ptrdiff_t>(X) * lanes);
  });
  unroll<Arch, inputs>([&]<std::size_t J>() FCN_INLINE_LAMBDA {
    const auto value = whole ? Vec<Arch>::load(a) : Vec<Arch>::load_first(a, n);
    a += stride;
    constexpr std::size_t first = J < K ? 0 : (J - K) / S + 1;
    unroll<Arch, reached>([&]<std::size_t R>() FCN_INLINE_LAMBDA {
      constexpr std::size_t I = first + R;
      if constexpr (I < MR && S * I <= J) acc[I] = fma(value, weights[J - S * I], acc[I]);
    });
  });
}

/// One register of channels of one tile: all taps and the store. `b`: the weights' bias, their rows `lanes`
/// floats apart; `n` of the channels from c on count.
template <class Arch, std::size_t MR, std::size_t K, std::size_t S, bool whole>
FCN_FORCE_INLINE void slide_channels(const ConvBand& band, const SlideTile<Arch>& tile, const float* b,
                                     std::ptrdiff_t lanes, std::ptrdiff_t c, int n) {
  Vec<Arch> acc[MR];
  unroll<Arch, MR>([&]<std::size_t I>() FCN_INLINE_LAMBDA { acc[I] = Vec<Arch>::load(b); });
  b += lanes;
  for (int ky = 0; ky < band.shape.kernel_h; ++ky, b += static_cast<std::ptrdiff_t>(K) * lanes)
    slide_row<Arch, MR, K, S, whole>(tile.rows[ky] + tile.tap_zero + c, tile.in_stride, b, lanes, n, acc);
  const auto ceiling = Vec<Arch>::broadcast(band.ceiling);
  float* out = tile.out + c;
  unroll<Arch, MR>([&]<std::size_t I>() FCN_INLINE_LAMBDA {
    auto value = acc[I];
    if (band.relu) value = relu_up_to<Arch>(value, ceiling);
    (whole ? value : value.keep_first(n)).store(out);
    out += tile.out_stride;
  });
}

/// One tile, the channels of `panels`. The last one closes the pixel.
template <class Arch, std::size_t MR, std::size_t K, std::size_t S>
void slide_tile_f32(const ConvBand& band, const ConvLayout<Arch>& layout, const SlideTile<Arch>& tile,
                    Range panels) {
  constexpr std::ptrdiff_t nr = conv_nr<Arch>, width = Vec<Arch>::width;
  const std::ptrdiff_t channels = band.shape.out_channels;
  for (std::ptrdiff_t p = panels.begin; p < panels.end; ++p) {
    const std::ptrdiff_t first = p * nr, left = channels - first;
    const std::ptrdiff_t lanes = left < nr ? whole_registers<Arch>(left) : nr;
    const float* b = band.weights + (1 + layout.k) * first;
    std::ptrdiff_t j = 0;
    for (; j < lanes && j + width <= left; j += width)
      slide_channels<Arch, MR, K, S, true>(band, tile, b + j, lanes, first + j, static_cast<int>(width));
    if (j < lanes)
      slide_channels<Arch, MR, K, S, false>(band, tile, b + j, lanes, first + j, static_cast<int>(left - j));
    if (left > nr) continue;
    const std::ptrdiff_t padded = padded_channels<Arch>(band.shape.out_channels);
    for (std::ptrdiff_t c = first + lanes; c < padded; c += width)
      for (std::ptrdiff_t i = 0; i < static_cast<std::ptrdiff_t>(MR); ++i)
        Vec<Arch>::zero().store(tile.out + i * tile.out_stride + c);
  }
}

template <class Arch>
using SlideFunction = void (*)(const ConvBand&, const ConvLayout<Arch>&, const SlideTile<Arch>&, Range);

/// The tiles of each length, longest first.
template <class Arch>
struct SlideTiles {
  static constexpr std::size_t lengths[4] = {slide_mr<Arch>, 7, 4, 1};
  SlideFunction<Arch> sized[4];
};

template <class Arch, std::size_t K, std::size_t S>
inline constexpr SlideTiles<Arch> slide_tiles = {
    {&slide_tile_f32<Arch, slide_mr<Arch>, K, S>, &slide_tile_f32<Arch, 7, K, S>,
     &slide_tile_f32<Arch, 4, K, S>, &slide_tile_f32<Arch, 1, K, S>}};

template <class Arch>
const SlideTiles<Arch>& slide_tiles_for(int kernel_w, int stride_x) {
  switch (kernel_w) {
    case 3:
      return stride_x == 1 ? slide_tiles<Arch, 3, 1> : slide_tiles<Arch, 3, 2>;
    case 5:
      return stride_x == 1 ? slide_tiles<Arch, 5, 1> : slide_tiles<Arch, 5, 2>;
    default:
      return stride_x == 1 ? slide_tiles<Arch, 7, 1> : slide_tiles<Arch, 7, 2>;
  }
}

/// conv_f32 for depthwise layouts that slide. Each row's share is cut into tiles as long as fit; a rest of
/// two or three pixels begins earlier and computes some pixels again, to the same bits.
template <class Arch>
void conv_depthwise_slide_f32(const ConvBand& band, const ConvLayout<Arch>& layout, Range pixels,
                              Range panels) {
  const ConvShape& s = band.shape;
  const auto& tiles = slide_tiles_for<Arch>(s.kernel_w, s.stride_x);
  for (std::ptrdiff_t begin = pixels.begin; begin < pixels.end;) {
    const auto at = PixelCursor<Arch>::at(begin, band.images, band.out_width);
    const std::ptrdiff_t left = pixels.end - begin, in_row = band.out_width - at.column;
    const std::ptrdiff_t count = left < in_row ? left : in_row;
    const std::ptrdiff_t column = at.column * s.stride_x - s.pad_left;
    for (std::ptrdiff_t done = 0; done < count;) {
      std::size_t size = 0;
      const auto length = [&] { return static_cast<std::ptrdiff_t>(SlideTiles<Arch>::lengths[size]); };
      while (length() > count - done && (length() != 4 || count < 4)) ++size;
      const std::ptrdiff_t from = done + length() > count ? count - length() : done;
      tiles.sized[size](
          band, layout,
          {.rows = band.in.row + at.row * s.kernel_h,
           .tap_zero = at.image * band.in.image_stride + (column + from * s.stride_x) * band.in.pixel_stride,
           .in_stride = band.in.pixel_stride,
           .out = at.out(band.out) + from * band.out.pixel_stride,
           .out_stride = band.out.pixel_stride},
          panels);
      done = from + length();
    }
    begin += count;
  }
}

}  // namespace fcn::kernels

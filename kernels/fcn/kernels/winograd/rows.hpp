// SPDX-License-Identifier: MIT
// Winograd along the rows of a 7 x 7 convolution of stride 2, the stem of most networks: every row of outputs
// by itself, four at a time, F(4, 7) of stride 2 in each kernel row and a sum over those. 13 products for an
// input channel and a kernel row instead of 28. Along both axes there would be fewer, but the outputs
// of two and more rows would depend on each other, and with three input channels the transforms outweigh what
// is saved.
//
//   for blocks of tiles:          v = B^T d, each kernel row's          transform_row_tile
//     for panels:                 nr output channels
//       for the points:           m[tile] = sum of v * u                winograd/multiply.hpp
//       for tiles:                y = A^T m, bias, residual, relu       store_row_tile
//
//   scratch, packed: as in winograd/layout.hpp, channels being (ky, even c ..., odd c ...); at the last
//                    point, 1/2, (ky, even c ...)
//
//
// Bits: the transforms are stated in winograd/rows_transform.hpp; m starts at 0, then m = fma(v, u, m) over
// ky, in each first the even, then the odd inputs' channels in ascending order; then y + bias; then +
// residual if there is one; then x > 0 ? x : 0 if relu. A NaN or an infinity makes NaN of whole tiles.
#pragma once

#include <cstddef>

#include "fcn/kernels/conv/conv_layout.hpp"
#include "fcn/kernels/kernel_table.hpp"
#include "fcn/kernels/pixel_cursor.hpp"
#include "fcn/kernels/simd.hpp"
#include "fcn/kernels/winograd/layout.hpp"
#include "fcn/kernels/winograd/multiply.hpp"
#include "fcn/kernels/winograd/rows_transform.hpp"

namespace fcn::kernels {

/// The transformed input of one tile, `v` being the first point's. A register holds a pixel's channels and
/// what follows them; what it writes after them is overwritten by the next, and after the block's last tile
/// falls into the space between the points.
template <class Arch>
void transform_row_tile(const ConvBand& band, const WinogradLayout<Arch>& layout, const PixelCursor<Arch>& at,
                        float* v) {
  using Transform = WinogradRowTransform<Arch>;
  constexpr std::ptrdiff_t step = 8;  // columns from tile to tile
  const std::ptrdiff_t channels = band.shape.in_channels, pixel_stride = band.in.pixel_stride;
  const std::ptrdiff_t shift =
      at.image * band.in.image_stride + (at.column * step - band.shape.pad_left) * pixel_stride;
  float* half = v + static_cast<std::ptrdiff_t>(Transform::common) * layout.v_stride;
  for (int ky = 0; ky < band.shape.kernel_h; ++ky, v += 2 * channels, half += channels) {
    const float* row = band.in.row[at.row * band.shape.kernel_h + ky] + shift;
    Vec<Arch> x[Transform::taps], even[Transform::points], odd[Transform::common];
    unroll<Arch, Transform::taps>([&]<std::size_t I>() FCN_INLINE_LAMBDA {
      x[I] = Vec<Arch>::load(row + static_cast<std::ptrdiff_t>(I) * pixel_stride);
    });
    Transform::input(x, even, odd);
    unroll<Arch, Transform::common>([&]<std::size_t I>() FCN_INLINE_LAMBDA {
      float* const to = v + static_cast<std::ptrdiff_t>(I) * layout.v_stride;
      even[I].store(to);
      odd[I].store(to + channels);
    });
    even[Transform::common].store(half);
  }
}

/// The products of one panel at every point.
template <class Arch>
void multiply_row_panel(const WinogradLayout<Arch>& layout, std::ptrdiff_t lanes, std::ptrdiff_t channels,
                        std::ptrdiff_t tiles, const PanelData& data) {
  const float *u = data.filters, *v = data.v;
  float* m = data.m;
  constexpr std::ptrdiff_t points = WinogradRowTransform<Arch>::points;
  for (std::ptrdiff_t point = 0; point < points; ++point) {
    const bool last = point == points - 1;
    const std::ptrdiff_t of_point = last ? channels : 2 * channels, size = of_point * lanes;
    WinogradAhead<Arch> ahead(last ? data.next : u + size, size, 1, of_point, tiles);
    multiply_point<Arch>(layout, lanes, of_point, v, tiles, u, ahead, m);
    u += size;
    v += layout.v_stride;
    m += conv_nr<Arch>;
  }
}

/// Where a tile's pixels go, at the panel's first channel, and how many of them lie in the map.
struct RowTarget {
  float* out;
  const float* residual;  // unset when there is none
  std::ptrdiff_t out_stride, residual_stride;
  std::ptrdiff_t columns;
};

/// A whole tile, `lanes` (whole registers) of each pixel.
template <class Arch, bool Residual, bool Relu>
void store_row_tile(const RowTarget& to, const float* m, const float* bias, std::ptrdiff_t lanes,
                    float relu_ceiling) {
  using Transform = WinogradRowTransform<Arch>;
  const auto ceiling = Vec<Arch>::broadcast(relu_ceiling);
  for (std::ptrdiff_t c = 0; c < lanes; c += Vec<Arch>::width) {
    const auto added = Vec<Arch>::load(bias + c);
    Vec<Arch> products[Transform::points], y[Transform::outputs];
    unroll<Arch, Transform::points>(
        [&]<std::size_t I>() FCN_INLINE_LAMBDA { products[I] = Vec<Arch>::load(m + I * conv_nr<Arch> + c); });
    Transform::output(products, y);
    unroll<Arch, Transform::outputs>([&]<std::size_t I>() FCN_INLINE_LAMBDA {
      constexpr auto column = static_cast<std::ptrdiff_t>(I);
      auto value = add_scaled<Arch>(Transform::scale[I], y[I], added);
      if constexpr (Residual) {
        value = value + Vec<Arch>::load(to.residual + column * to.residual_stride + c);
      }
      if constexpr (Relu) value = relu_up_to<Arch>(value, ceiling);
      value.store(to.out + column * to.out_stride + c);
    });
  }
}

template <class Arch>
FCN_FORCE_INLINE void store_row_tile(const ConvBand& band, const RowTarget& to, const float* m,
                                     const float* bias, std::ptrdiff_t lanes) {
  const bool residual = band.residual.row != nullptr;
  const auto plain = residual ? &store_row_tile<Arch, true, false> : &store_row_tile<Arch, false, false>;
  const auto clamped = residual ? &store_row_tile<Arch, true, true> : &store_row_tile<Arch, false, true>;
  (band.relu ? clamped : plain)(to, m, bias, lanes, band.ceiling);
}

/// A tile that the map's edge or the panel's end cuts: made whole aside, then what counts is copied.
template <class Arch>
void store_cut_row_tile(const ConvBand& band, const ConvPanel<Arch>& panel, const RowTarget& target,
                        const float* m, const float* bias) {
  constexpr std::ptrdiff_t nr = conv_nr<Arch>;
  float out[WinogradRowTransform<Arch>::outputs * nr];
  float residual[WinogradRowTransform<Arch>::outputs * nr] = {};
  for (std::ptrdiff_t j = 0; band.residual.row != nullptr && j < target.columns; ++j) {
    const float* from = target.residual + j * target.residual_stride;
    for (std::ptrdiff_t c = 0; c < panel.channels; ++c) residual[j * nr + c] = from[c];
  }
  store_row_tile<Arch>(band, RowTarget{out, residual, nr, nr, target.columns}, m, bias, panel.lanes);
  const bool ends_pixel = panel.channel + panel.channels == band.shape.out_channels;
  const std::ptrdiff_t padded = padded_channels<Arch>(band.shape.out_channels) - panel.channel;
  for (std::ptrdiff_t j = 0; j < target.columns; ++j) {
    float* to = target.out + j * target.out_stride;
    for (std::ptrdiff_t c = 0; c < panel.channels; ++c) to[c] = out[j * nr + c];
    for (std::ptrdiff_t c = panel.channels; ends_pixel && c < padded; ++c) to[c] = 0.0f;
  }
}

/// A panel's output for `tiles` tiles from `at` on.
template <class Arch>
void store_row_panel(const ConvBand& band, const ConvPanel<Arch>& panel, PixelCursor<Arch> at,
                     std::ptrdiff_t tiles, const WinogradLayout<Arch>& layout, const float* m,
                     const float* bias) {
  constexpr auto tile = static_cast<std::ptrdiff_t>(WinogradRowTransform<Arch>::outputs);
  for (std::ptrdiff_t t = 0; t < tiles; ++t, at.next(), m += layout.m_stride) {
    auto pixel = at;
    pixel.column = at.column * tile;
    const std::ptrdiff_t left = band.out_width - pixel.column;
    RowTarget target{pixel.out(band.out) + panel.channel, nullptr, band.out.pixel_stride,
                     band.residual.pixel_stride, left < tile ? left : tile};
    if (band.residual.row != nullptr) target.residual = pixel.in(band.residual) + panel.channel;
    if (target.columns == tile && panel.channels % kChannelQuantum == 0) {
      store_row_tile<Arch>(band, target, m, bias, panel.channels);
    } else {
      store_cut_row_tile<Arch>(band, panel, target, m, bias);
    }
  }
}

/// winograd_tiles for tiles of four pixels of a row.
template <class Arch>
void winograd_row_tiles(const ConvBand& band, Range tiles, Range panels, float* scratch) {
  constexpr int tile = WinogradRowTransform<Arch>::outputs;
  const auto layout = winograd_row_layout<Arch>(band.shape);
  const auto weights = conv_layout<Arch>(winograd_shape<Arch>(band.shape, ConvAlgorithm::rowwise));
  const std::ptrdiff_t channels = std::ptrdiff_t{band.shape.kernel_h} * band.shape.in_channels;
  float* const v = scratch;
  float* const m = v + layout.points * layout.v_stride;
  for (std::ptrdiff_t begin = tiles.begin; begin < tiles.end; begin += layout.block_tiles) {
    const std::ptrdiff_t left = tiles.end - begin,
                         size = left < layout.block_tiles ? left : layout.block_tiles;
    const auto first = PixelCursor<Arch>::at(begin, band.images, (band.out_width + tile - 1) / tile);
    auto at = first;
    for (std::ptrdiff_t t = 0; t < size; ++t, at.next())
      transform_row_tile<Arch>(band, layout, at, v + t * layout.tile_stride);
    for (std::ptrdiff_t p = panels.begin; p < panels.end; ++p) {
      const auto panel = conv_panel<Arch>(weights, p);
      const auto after = conv_panel<Arch>(weights, p + 1 < panels.end ? p + 1 : panels.begin);
      const float* const bias = band.weights + panel.offset;
      multiply_row_panel<Arch>(
          layout, panel.lanes, channels, size,
          {.v = v, .filters = bias + panel.lanes, .next = band.weights + after.offset + after.lanes, .m = m});
      store_row_panel<Arch>(band, panel, first, size, layout, m, bias);
    }
  }
}

}  // namespace fcn::kernels

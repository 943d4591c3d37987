// SPDX-License-Identifier: MIT
// The output transform of one tile and panel: y = A^T m A, a register of channels at a time, down the
// columns, then along the rows, two rows of y at a time, so that no register spills; then each value's scale
// and the bias, residual, relu, and the store of those pixels that lie in the map.
#pragma once

#include <cstddef>

#include "fcn/kernels/conv/conv_layout.hpp"
#include "fcn/kernels/kernel_table.hpp"
#include "fcn/kernels/pixel_cursor.hpp"
#include "fcn/kernels/simd.hpp"
#include "fcn/kernels/winograd/layout.hpp"
#include "fcn/kernels/winograd/transform.hpp"

namespace fcn::kernels {

/// Where a tile's pixels go, and how many of its rows and columns lie in the map.
template <class Arch, int Tile, int Stride>
struct WinogradTarget {
  static constexpr std::size_t outputs = WinogradTransform<Arch, Tile, Stride>::outputs;

  float* out[outputs];                         // rows, at the panel's first channel
  const float* residual[outputs];              // unset when there is none
  std::ptrdiff_t out_stride, residual_stride;  // from pixel to pixel
  int rows, columns;
  std::ptrdiff_t slot;  // of the tile in its block

  static WinogradTarget of(const ConvBand& band, const PixelCursor<Arch>& at, std::ptrdiff_t channel,
                           TileSlots& slots) {
    WinogradTarget target;
    target.out_stride = band.out.pixel_stride;
    target.residual_stride = band.residual.pixel_stride;
    const std::ptrdiff_t row = at.row * Tile, column = at.column * Tile;
    const std::ptrdiff_t columns = band.out_width - column;
    target.rows = winograd_rows_in_map<Arch, Tile>(band, at.row);
    target.slot = slots.take(is_short_tile<Arch, Tile, Stride>(target.rows));
    target.columns = static_cast<int>(columns < Tile ? columns : Tile);
    for (int i = 0; i < target.rows; ++i) {
      target.out[i] =
          band.out.row[row + i] + at.image * band.out.image_stride + column * band.out.pixel_stride + channel;
      if (band.residual.row == nullptr) continue;
      target.residual[i] = band.residual.row[row + i] + at.image * band.residual.image_stride +
                           column * band.residual.pixel_stride + channel;
    }
    return target;
  }

  /// Prefetches the memory that `channels` of the tile go to, and the residual's. Inlined, or GCC 12 takes
  /// a function that only prefetches for one without effect and drops its calls.
  FCN_FORCE_INLINE void fetch(const ConvBand& band, std::ptrdiff_t channels) const {
    for (int i = 0; i < rows; ++i) {
      for (int j = 0; j < columns; ++j) {
        for (std::ptrdiff_t c = 0; c < channels; c += kCacheLine) {
          __builtin_prefetch(out[i] + j * out_stride + c, 1);
          if (band.residual.row == nullptr) continue;
          __builtin_prefetch(residual[i] + j * residual_stride + c);
        }
      }
    }
  }
};

/// Calls f.operator()<pair, its first row, its second>() for the pairs of rows of the output transform.
template <class Arch, int Tile, int Stride, class F>
FCN_FORCE_INLINE void for_each_output_pair(F&& f) {
  using Transform = WinogradTransform<Arch, Tile, Stride>;
  unroll<Arch, Transform::outputs / 2>([&]<std::size_t P>() FCN_INLINE_LAMBDA {
    f.template operator()<P, Transform::output_pairs[P][0], Transform::output_pairs[P][1]>();
  });
}

/// A^T along one row: f.operator()<column>(value).
template <class Arch, int Tile, int Stride, class F>
FCN_FORCE_INLINE void transform_output_row(
    const Vec<Arch> (&half)[WinogradTransform<Arch, Tile, Stride>::taps], F&& f) {
  for_each_output_pair<Arch, Tile, Stride>(
      [&]<std::size_t P, std::size_t J, std::size_t K>() FCN_INLINE_LAMBDA {
        Vec<Arch> first, second;
        WinogradTransform<Arch, Tile, Stride>::template output<P>(half, first, second);
        f.template operator()<J>(first);
        f.template operator()<K>(second);
      });
}

/// One register of channels of a short tile: f.operator()<row, column>(value) for the pixels of its two rows.
/// `m` is point 0.
template <class Arch, int Tile, int Stride, class F>
FCN_FORCE_INLINE void transform_short_output(const float* m, F&& f) {
  using Transform = WinogradTransform<Arch, Tile, Stride>;
  constexpr std::size_t taps = Transform::taps, nr = conv_nr<Arch>;
  Vec<Arch> first[taps], second[taps];
  unroll<Arch, taps>([&]<std::size_t J>() FCN_INLINE_LAMBDA {
    Vec<Arch> column[Transform::short_taps];
    unroll<Arch, Transform::short_taps>([&]<std::size_t X>() FCN_INLINE_LAMBDA {
      constexpr auto row = static_cast<std::size_t>(Transform::short_points[X]);
      column[X] = Vec<Arch>::load(m + (row * taps + J) * nr);
    });
    Transform::short_output(column, first[J], second[J]);
  });
  transform_output_row<Arch, Tile, Stride>(
      first, [&]<std::size_t J>(Vec<Arch> value) FCN_INLINE_LAMBDA { f.template operator()<0, J>(value); });
  transform_output_row<Arch, Tile, Stride>(
      second, [&]<std::size_t J>(Vec<Arch> value) FCN_INLINE_LAMBDA { f.template operator()<1, J>(value); });
}

/// One register of channels: f.operator()<row, column>(value) for every pixel of the tile. `m` is point 0.
template <class Arch, int Tile, int Stride, class F>
FCN_FORCE_INLINE void transform_output(const float* m, F&& f) {
  using Transform = WinogradTransform<Arch, Tile, Stride>;
  constexpr std::size_t taps = Transform::taps, nr = conv_nr<Arch>;
  for_each_output_pair<Arch, Tile, Stride>(
      [&]<std::size_t P, std::size_t I, std::size_t K>() FCN_INLINE_LAMBDA {
        Vec<Arch> first[taps], second[taps];
        unroll<Arch, taps>([&]<std::size_t J>() FCN_INLINE_LAMBDA {
          Vec<Arch> column[taps];
          unroll<Arch, taps>([&]<std::size_t X>()
                                 FCN_INLINE_LAMBDA { column[X] = Vec<Arch>::load(m + (X * taps + J) * nr); });
          Transform::template output<P>(column, first[J], second[J]);
        });
        transform_output_row<Arch, Tile, Stride>(
            first,
            [&]<std::size_t J>(Vec<Arch> value) FCN_INLINE_LAMBDA { f.template operator()<I, J>(value); });
        transform_output_row<Arch, Tile, Stride>(
            second,
            [&]<std::size_t J>(Vec<Arch> value) FCN_INLINE_LAMBDA { f.template operator()<K, J>(value); });
      });
}

/// All pixels of a tile, of a short one those of two rows, `lanes` (whole registers) of each. Compiled for
/// each way to finish a value: branches at each took a fifth of the time.
template <class Arch, int Tile, int Stride, bool Short, bool Residual, bool Relu>
void store_output_tile(const WinogradTarget<Arch, Tile, Stride>& to, const float* m, const float* bias,
                       std::ptrdiff_t lanes, float relu_ceiling) {
  const auto ceiling = Vec<Arch>::broadcast(relu_ceiling);
  for (std::ptrdiff_t c = 0; c < lanes; c += Vec<Arch>::width) {
    const auto added = Vec<Arch>::load(bias + c);
    const auto finish = [&]<std::size_t I, std::size_t J>(Vec<Arch> value) FCN_INLINE_LAMBDA {
      constexpr auto column = static_cast<std::ptrdiff_t>(J);
      value = add_scaled<Arch>(WinogradTransform<Arch, Tile, Stride>::scale[I + J], value, added);
      if constexpr (Residual) {
        value = value + Vec<Arch>::load(to.residual[I] + column * to.residual_stride + c);
      }
      if constexpr (Relu) value = relu_up_to<Arch>(value, ceiling);
      value.store(to.out[I] + column * to.out_stride + c);
    };
    if constexpr (Short) {
      transform_short_output<Arch, Tile, Stride>(m + c, finish);
    } else {
      transform_output<Arch, Tile, Stride>(m + c, finish);
    }
  }
}

template <class Arch, int Tile, int Stride, bool Short>
FCN_FORCE_INLINE void store_output_tile(const ConvBand& band, const WinogradTarget<Arch, Tile, Stride>& to,
                                        const float* m, const float* bias, std::ptrdiff_t lanes) {
  const bool residual = band.residual.row != nullptr;
  const auto plain = residual ? &store_output_tile<Arch, Tile, Stride, Short, true, false>
                              : &store_output_tile<Arch, Tile, Stride, Short, false, false>;
  const auto clamped = residual ? &store_output_tile<Arch, Tile, Stride, Short, true, true>
                                : &store_output_tile<Arch, Tile, Stride, Short, false, true>;
  const auto store = band.relu ? clamped : plain;
  store(to, m, bias, lanes, band.ceiling);
}

/// A tile cut by the map's edge or the panel's end: computed whole in a buffer, then the valid part is
/// copied.
template <class Arch, int Tile, int Stride, bool Short>
void store_cut_tile(const ConvBand& band, const ConvPanel<Arch>& panel,
                    const WinogradTarget<Arch, Tile, Stride>& target, const float* m, const float* bias) {
  constexpr std::size_t outputs = WinogradTransform<Arch, Tile, Stride>::outputs, nr = conv_nr<Arch>;
  float out[outputs][outputs][nr], residual[outputs][outputs][nr] = {};
  WinogradTarget<Arch, Tile, Stride> aside;
  aside.out_stride = aside.residual_stride = conv_nr<Arch>;
  for (int i = 0; i < Tile; ++i) aside.out[i] = out[i][0], aside.residual[i] = residual[i][0];
  const auto for_each_pixel = [&](auto&& f) FCN_INLINE_LAMBDA {
    for (int i = 0; i < target.rows; ++i) {
      for (int j = 0; j < target.columns; ++j) f(i, j);
    }
  };
  if (band.residual.row != nullptr) {
    for_each_pixel([&](int i, int j) FCN_INLINE_LAMBDA {
      const float* from = target.residual[i] + j * target.residual_stride;
      for (std::ptrdiff_t c = 0; c < panel.channels; ++c) residual[i][j][c] = from[c];
    });
  }
  store_output_tile<Arch, Tile, Stride, Short>(band, aside, m, bias, panel.lanes);
  const bool ends_pixel = panel.channel + panel.channels == band.shape.out_channels;
  const std::ptrdiff_t padded = padded_channels<Arch>(band.shape.out_channels) - panel.channel;
  for_each_pixel([&](int i, int j) FCN_INLINE_LAMBDA {
    float* to = target.out[i] + j * target.out_stride;
    for (std::ptrdiff_t c = 0; c < panel.channels; ++c) to[c] = out[i][j][c];
    for (std::ptrdiff_t c = panel.channels; ends_pixel && c < padded; ++c) to[c] = 0.0f;
  });
}

/// A tile's output for the channels of a panel: `m` its products, `bias` the panel's.
template <class Arch, int Tile, int Stride, bool Short>
FCN_FORCE_INLINE void transform_output_tile(const ConvBand& band, const ConvPanel<Arch>& panel,
                                            const WinogradTarget<Arch, Tile, Stride>& target, const float* m,
                                            const float* bias) {
  const bool all_rows = target.rows == (Short ? 2 : Tile);
  if (all_rows && target.columns == Tile && panel.channels % kChannelQuantum == 0) {
    store_output_tile<Arch, Tile, Stride, Short>(band, target, m, bias, panel.channels);
  } else {
    store_cut_tile<Arch, Tile, Stride, Short>(band, panel, target, m, bias);
  }
}

/// A panel's output for `tiles` tiles from `at` on. The memory of a tile is prefetched two tiles before.
template <class Arch, int Tile, int Stride>
void transform_output_panel(const ConvBand& band, const ConvPanel<Arch>& panel, PixelCursor<Arch> at,
                            const BlockTiles& block, const WinogradLayout<Arch>& layout, const float* m,
                            const float* bias) {
  using Target = WinogradTarget<Arch, Tile, Stride>;
  constexpr std::ptrdiff_t ahead = 2;
  TileSlots slots{0, block.whole};
  Target coming[ahead];  // those of tiles t and t + 1
  for (std::ptrdiff_t t = -ahead; t < block.all; ++t) {
    Target& target = coming[(t + ahead) % ahead];
    if (t >= 0) {
      const float* const products = m + target.slot * layout.m_stride;
      if constexpr (Tile == 4 && Stride == 1) {
        if (is_short_tile<Arch, Tile, Stride>(target.rows)) {
          transform_output_tile<Arch, Tile, Stride, true>(band, panel, target, products, bias);
        } else {
          transform_output_tile<Arch, Tile, Stride, false>(band, panel, target, products, bias);
        }
      } else {
        transform_output_tile<Arch, Tile, Stride, false>(band, panel, target, products, bias);
      }
    }
    if (t + ahead >= block.all) continue;
    target = Target::of(band, at, panel.channel, slots);
    target.fetch(band, panel.channels);
    at.next();
  }
}

}  // namespace fcn::kernels

// SPDX-License-Identifier: MIT
// The output transform of one tile and panel: y = A^T m A, a register of channels at a time, down the
// columns, then along the rows; then bias, residual, relu, and the store of those pixels that lie in the map.
#pragma once

#include <cstddef>

#include "kernels/conv_layout.hpp"
#include "kernels/kernel_table.hpp"
#include "kernels/pixel_cursor.hpp"
#include "kernels/simd.hpp"
#include "kernels/winograd_layout.hpp"
#include "kernels/winograd_transform.hpp"

namespace fcn::kernels {

/// Where a tile's pixels go, and how many of its rows and columns lie in the map.
template <class Arch, int Tile>
struct WinogradTarget {
  static constexpr std::size_t outputs = WinogradTransform<Arch, Tile>::outputs;

  float* out[outputs];
  const float* residual[outputs];  // unset when there is none
  int rows, columns;

  static WinogradTarget of(const ConvBand& band, const PixelCursor<Arch>& at, std::ptrdiff_t channel) {
    WinogradTarget target;
    const std::ptrdiff_t row = at.row * Tile, column = at.column * Tile;
    const std::ptrdiff_t rows = band.out_rows - row, columns = band.out_width - column;
    target.rows = static_cast<int>(rows < Tile ? rows : Tile);
    while (target.rows > 0 && band.out.row[row + target.rows - 1] == nullptr) --target.rows;
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

  /// Asks for the memory that `channels` of the tile go to, and for the residual's. Inlined, or GCC 12 takes a
  /// function that only prefetches for one without effect and drops its calls.
  FCN_INLINE void fetch(const ConvBand& band, std::ptrdiff_t channels) const {
    for (int i = 0; i < rows; ++i) {
      for (int j = 0; j < columns; ++j) {
        for (std::ptrdiff_t c = 0; c < channels; c += kCacheLine) {
          __builtin_prefetch(out[i] + j * band.out.pixel_stride + c, 1);
          if (band.residual.row == nullptr) continue;
          __builtin_prefetch(residual[i] + j * band.residual.pixel_stride + c);
        }
      }
    }
  }
};

/// One register of channels: f(row, column, value) for every pixel of the tile that lies in the map. `m` is
/// point 0.
template <class Arch, int Tile, class F>
FCN_INLINE void transform_output(const float* m, int rows, int columns, F&& f) {
  using Transform = WinogradTransform<Arch, Tile>;
  constexpr std::size_t taps = Transform::taps, outputs = Transform::outputs, nr = conv_nr<Arch>;
  Vec<Arch> half[outputs][taps];
  unroll<Arch, taps>([&]<std::size_t J>() FCN_INLINE_LAMBDA {
    Vec<Arch> column[taps], transformed[outputs];
    unroll<Arch, taps>([&]<std::size_t I>()
                           FCN_INLINE_LAMBDA { column[I] = Vec<Arch>::load(m + (I * taps + J) * nr); });
    Transform::output(column, transformed);
    unroll<Arch, outputs>([&]<std::size_t I>() FCN_INLINE_LAMBDA { half[I][J] = transformed[I]; });
  });
  for (int i = 0; i < rows; ++i) {
    Vec<Arch> row[outputs];
    Transform::output(half[i], row);
    unroll<Arch, outputs>([&]<std::size_t J>() FCN_INLINE_LAMBDA {
      if (static_cast<int>(J) < columns) f(i, static_cast<int>(J), row[J]);
    });
  }
}

/// A tile's output for the channels of a panel: `m` its products, `bias` the panel's.
template <class Arch, int Tile>
void transform_output_tile(const ConvBand& band, const ConvPanel<Arch>& panel,
                           const WinogradTarget<Arch, Tile>& target, const float* m, const float* bias) {
  constexpr int width = Vec<Arch>::width;
  const bool residual = band.residual.row != nullptr, with_relu = band.relu;
  const auto ceiling = Vec<Arch>::broadcast(band.ceiling);
  const auto channels = static_cast<int>(panel.channels);
  int c = 0;
  for (; c + width <= channels; c += width) {
    const auto added = Vec<Arch>::load(bias + c);
    transform_output<Arch, Tile>(
        m + c, target.rows, target.columns, [&](int i, int j, Vec<Arch> value) FCN_INLINE_LAMBDA {
          value = value + added;
          if (residual) {
            value = value + Vec<Arch>::load(target.residual[i] + j * band.residual.pixel_stride + c);
          }
          if (with_relu) value = relu_up_to<Arch>(value, ceiling);
          value.store(target.out[i] + j * band.out.pixel_stride + c);
        });
  }
  const int left = channels - c;
  if (left > 0) {
    const auto added = Vec<Arch>::load(bias + c);
    transform_output<Arch, Tile>(
        m + c, target.rows, target.columns, [&](int i, int j, Vec<Arch> value) FCN_INLINE_LAMBDA {
          value = value + added;
          if (residual) {
            value =
                value + Vec<Arch>::load_first(target.residual[i] + j * band.residual.pixel_stride + c, left);
          }
          if (with_relu) value = relu_up_to<Arch>(value, ceiling);
          value.store_first(target.out[i] + j * band.out.pixel_stride + c, left);
        });
  }
  if (panel.channel + channels == band.shape.out_channels) {
    const int padded = padded_channels<Arch>(band.shape.out_channels) - static_cast<int>(panel.channel);
    for (int i = 0; i < target.rows; ++i) {
      for (int j = 0; j < target.columns; ++j) {
        for (int p = channels; p < padded; ++p) target.out[i][j * band.out.pixel_stride + p] = 0.0f;
      }
    }
  }
}

/// A panel's output for `tiles` tiles from `at` on. The memory of a tile is asked for two tiles before.
template <class Arch, int Tile>
void transform_output_panel(const ConvBand& band, const ConvPanel<Arch>& panel, PixelCursor<Arch> at,
                            std::ptrdiff_t tiles, const WinogradLayout<Arch>& layout, const float* m,
                            const float* bias) {
  using Target = WinogradTarget<Arch, Tile>;
  constexpr std::ptrdiff_t ahead = 2;
  Target coming[ahead];  // those of tiles t and t + 1
  for (std::ptrdiff_t t = -ahead; t < tiles; ++t) {
    Target& slot = coming[(t + ahead) % ahead];
    if (t >= 0) transform_output_tile<Arch, Tile>(band, panel, slot, m + t * layout.m_stride, bias);
    if (t + ahead >= tiles) continue;
    slot = Target::of(band, at, panel.channel);
    slot.fetch(band, panel.channels);
    at.next();
  }
}

}  // namespace fcn::kernels

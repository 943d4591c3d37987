// SPDX-License-Identifier: MIT
// Transforms and packs the weights of a Winograd convolution: u = G g G^T, in float64 down the columns, then
// along the rows, and each value rounded to float32 once; of large layers only G g, as winograd/halves.hpp
// says. A register's worth of output channels at a time, as
// plain loops that compilers turn into vectors of doubles: packing is a good part of the time to load a
// model.
#pragma once

#include <cstddef>

#include "fcn/kernels/conv/conv_layout.hpp"
#include "fcn/kernels/kernel_table.hpp"
#include "fcn/kernels/simd.hpp"
#include "fcn/kernels/winograd/halves.hpp"
#include "fcn/kernels/winograd/layout.hpp"
#include "fcn/kernels/winograd/transform.hpp"

namespace fcn::kernels {

/// The kernels g [9][lane] of one register of output channels, point xi to u + xi * point_stride.
template <class Arch, int Tile, int Stride>
FCN_FORCE_INLINE void transform_filters(const double (&g)[9][Vec<Arch>::size], float* u,
                                        std::ptrdiff_t point_stride) {
  using Transform = WinogradTransform<Arch, Tile, Stride>;
  constexpr std::size_t filters = Transform::filters, width = Vec<Arch>::size;
  double half[filters][3][width];
  for (std::size_t x = 0; x < 3; ++x) {
    for (std::size_t j = 0; j < width; ++j) {
      const double column[3] = {g[x][j], g[3 + x][j], g[6 + x][j]};
      double transformed[filters];
      Transform::filter(column, transformed);
      for (std::size_t i = 0; i < filters; ++i) half[i][x][j] = transformed[i];
    }
  }
  for (std::size_t i = 0; i < filters; ++i) {
    float rounded[filters][width];
    for (std::size_t j = 0; j < width; ++j) {
      const double line[3] = {half[i][0][j], half[i][1][j], half[i][2][j]};
      double transformed[filters];
      Transform::filter(line, transformed);
      for (std::size_t k = 0; k < filters; ++k) rounded[k][j] = static_cast<float>(transformed[k]);
    }
    for (std::size_t k = 0; k < filters; ++k, u += point_stride) Vec<Arch>::load(rounded[k]).store(u);
  }
}

template <class Arch, int Tile, int Stride, bool Halves>
void pack_winograd_panel(const ConvPanel<Arch>& panel, std::ptrdiff_t in_channels, const float* weights,
                         const float* bias, float* to) {
  constexpr std::size_t width = Vec<Arch>::size;
  for (std::ptrdiff_t j = 0; j < panel.lanes; ++j) {
    to[j] = j < panel.channels && bias != nullptr ? bias[panel.channel + j] : 0.0f;
  }
  to += panel.lanes;
  for (std::ptrdiff_t c = 0; c < in_channels; ++c) {
    for (std::ptrdiff_t first = 0; first < panel.lanes; first += Vec<Arch>::width, to += width) {
      double g[9][width];
      for (std::size_t j = 0; j < width; ++j) {
        const std::ptrdiff_t lane = first + static_cast<std::ptrdiff_t>(j);
        // Lanes past the last channel repeat the first: nothing reads what comes of them.
        const std::ptrdiff_t n = panel.channel + (lane < panel.channels ? lane : 0);
        const float* kernel = weights + (n * in_channels + c) * 9;
        for (std::size_t t = 0; t < 9; ++t) g[t][j] = kernel[t];
      }
      if constexpr (Halves) {
        halve_filters<Arch>(g, to, in_channels * panel.lanes);
      } else {
        transform_filters<Arch, Tile, Stride>(g, to, in_channels * panel.lanes);
      }
    }
  }
}

/// u = G g of each kernel row, in float64, rounded once; winograd/rows.hpp has the order.
template <class Arch>
void pack_winograd_row_panel(const ConvPanel<Arch>& panel, const ConvShape& shape, const float* weights,
                             const float* bias, float* to) {
  using Transform = WinogradRowTransform<Arch>;
  const std::ptrdiff_t channels = shape.in_channels, rows = shape.kernel_h;
  for (std::ptrdiff_t lane = 0; lane < panel.lanes; ++lane) {
    const bool counts = lane < panel.channels;
    to[lane] = counts && bias != nullptr ? bias[panel.channel + lane] : 0.0f;
    // Lanes past the last channel repeat the first: nothing reads what comes of them.
    const float* const kernels = weights + (panel.channel + (counts ? lane : 0)) * channels * rows * 7;
    const auto at = [&](std::ptrdiff_t row) -> float& { return to[(1 + row) * panel.lanes + lane]; };
    for (std::ptrdiff_t ky = 0; ky < rows; ++ky) {
      for (std::ptrdiff_t c = 0; c < channels; ++c) {
        double g[Transform::kernel], even[Transform::points], odd[Transform::common];
        for (std::size_t i = 0; i < Transform::kernel; ++i)
          g[i] = kernels[(c * rows + ky) * 7 + static_cast<std::ptrdiff_t>(i)];
        Transform::filter(g, even, odd);
        std::ptrdiff_t row = ky * 2 * channels + c;
        for (std::size_t i = 0; i < Transform::common; ++i, row += 2 * channels * rows) {
          at(row) = static_cast<float>(even[i]);
          at(row + channels) = static_cast<float>(odd[i]);
        }
        at(row - ky * channels) = static_cast<float>(even[Transform::common]);
      }
    }
  }
}

template <class Arch>
void pack_winograd_f32(const ConvShape& shape, ConvAlgorithm algorithm, const float* weights,
                       const float* bias, float* packed) {
  const auto layout = conv_layout<Arch>(winograd_shape<Arch>(shape, algorithm));
  const auto pack = algorithm == ConvAlgorithm::polyphase ? &pack_winograd_panel<Arch, 2, 2, false>
                    : winograd_halves_filters<Arch>(shape, algorithm) ? &pack_winograd_panel<Arch, 4, 1, true>
                    : algorithm == ConvAlgorithm::winograd4 ? &pack_winograd_panel<Arch, 4, 1, false>
                                                            : &pack_winograd_panel<Arch, 2, 1, false>;
  for (std::ptrdiff_t p = 0; p < layout.group_panels; ++p) {
    const auto panel = conv_panel<Arch>(layout, p);
    if (algorithm == ConvAlgorithm::rowwise) {
      pack_winograd_row_panel<Arch>(panel, shape, weights, bias, packed + panel.offset);
      continue;
    }
    pack(panel, shape.in_channels, weights, bias, packed + panel.offset);
  }
}

}  // namespace fcn::kernels

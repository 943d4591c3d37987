// SPDX-License-Identifier: MIT
// Transforms and packs the weights of a Winograd convolution: u = G g G^T, in float64 down the columns, then
// along the rows, and each value rounded to float32 once.
#pragma once

#include <cstddef>

#include "kernels/conv_layout.hpp"
#include "kernels/kernel_table.hpp"
#include "kernels/simd.hpp"
#include "kernels/winograd_layout.hpp"
#include "kernels/winograd_transform.hpp"

namespace fcn::kernels {

/// One kernel g [3][3] of the model, u [taps * taps] with `stride` floats between.
template <class Arch, int Tile>
FCN_INLINE void transform_filter(const float* g, float* u, std::ptrdiff_t stride) {
  using Transform = WinogradTransform<Arch, Tile>;
  constexpr std::size_t taps = Transform::taps;
  double half[taps][3];
  for (int x = 0; x < 3; ++x) {
    const double column[3] = {g[x], g[3 + x], g[6 + x]};
    double transformed[taps];
    Transform::filter(column, transformed);
    for (std::size_t i = 0; i < taps; ++i) half[i][x] = transformed[i];
  }
  for (std::size_t i = 0; i < taps; ++i) {
    double row[taps];
    Transform::filter(half[i], row);
    for (std::size_t j = 0; j < taps; ++j, u += stride) *u = static_cast<float>(row[j]);
  }
}

template <class Arch, int Tile>
void pack_winograd_panel(const ConvPanel<Arch>& panel, std::ptrdiff_t in_channels, const float* weights,
                         const float* bias, float* to) {
  const std::ptrdiff_t point_stride = in_channels * panel.lanes;
  constexpr std::ptrdiff_t points = (Tile + 2) * (Tile + 2);
  for (std::ptrdiff_t j = 0; j < panel.lanes; ++j) {
    to[j] = j < panel.channels && bias != nullptr ? bias[panel.channel + j] : 0.0f;
  }
  to += panel.lanes;
  for (std::ptrdiff_t c = 0; c < in_channels; ++c, to += panel.lanes) {
    for (std::ptrdiff_t j = 0; j < panel.channels; ++j) {
      const float* kernel = weights + ((panel.channel + j) * in_channels + c) * 9;
      transform_filter<Arch, Tile>(kernel, to + j, point_stride);
    }
    for (std::ptrdiff_t j = panel.channels; j < panel.lanes; ++j) {
      for (std::ptrdiff_t xi = 0; xi < points; ++xi) to[xi * point_stride + j] = 0.0f;
    }
  }
}

template <class Arch>
void pack_winograd_f32(const ConvShape& shape, int tile, const float* weights, const float* bias,
                       float* packed) {
  const auto layout = conv_layout<Arch>(winograd_shape<Arch>(shape, tile));
  const auto pack = tile == 4 ? &pack_winograd_panel<Arch, 4> : &pack_winograd_panel<Arch, 2>;
  for (std::ptrdiff_t p = 0; p < layout.group_panels; ++p) {
    const auto panel = conv_panel<Arch>(layout, p);
    pack(panel, shape.in_channels, weights, bias, packed + panel.offset);
  }
}

}  // namespace fcn::kernels

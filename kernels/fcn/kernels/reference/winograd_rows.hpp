// SPDX-License-Identifier: MIT
// Winograd along the rows of a convolution with 7 columns of taps and stride 2, the truth of its bits: one
// tile of one output channel at a time, with std::fma. Never optimised. winograd/rows.hpp has the same steps
// for registers. Weights: bias [out], then of each output channel the transformed kernels [point]
// [ky][even taps of all inputs, odd taps of all inputs], of the last point the even ones alone.
#pragma once

#include <cmath>
#include <cstddef>

#include "fcn/kernels/kernel_table.hpp"
#include "fcn/kernels/reference/pixel.hpp"
#include "fcn/kernels/reference/winograd_lines.hpp"

namespace fcn::kernels::reference {

inline constexpr int kRowTile = 4, kRowPoints = 7, kRowCommonPoints = 6, kRowKernel = 7;

/// F(4, 3), whose points F(4, 4) of the even inputs has too.
inline constexpr WinogradForm kRowCommonForm{kRowTile, 1};

/// B^T of 13 values, `step` apart: of the even ones and of the odd ones.
inline void winograd_row_input(const float* x, std::ptrdiff_t step, float (&even)[kRowPoints],
                               float (&odd)[kRowCommonPoints]) {
  const auto at = [&](int i) { return x[i * step]; };
  for (int i = 0; i < kRowCommonPoints; ++i) {
    even[i] = std::fma(-kWinogradPoint / 2, at(2 * i), at(2 * i + 2));
    odd[i] = at(2 * i + 1);
  }
  winograd_input_line(kRowCommonForm, even, 1);
  winograd_input_line(kRowCommonForm, odd, 1);
  constexpr float near = -kWinogradPoint * kWinogradPoint;
  even[6] = std::fma(4 * near, std::fma(near, at(2), at(6)), std::fma(near, at(6), at(10)));
}

/// A^T but for winograd_output_scale, in place: the first four values are the result.
inline void winograd_row_output(float (&m)[kRowPoints]) {
  winograd_output_line(kRowCommonForm, m, 1);
  m[0] = m[0] + m[6];
  m[1] = std::fma(0.5f, m[6], m[1]);
  m[2] = std::fma(0.25f, m[6], m[2]);
  m[3] = std::fma(0.125f, m[6], m[3]);
}

/// G of seven taps: of the even ones and of the odd ones.
inline void winograd_row_filter(const float* taps, double (&even)[kRowPoints],
                                double (&odd)[kRowCommonPoints]) {
  const double between[3] = {taps[1], taps[3], taps[5]};
  winograd_filter_line(kRowCommonForm, between, odd);
  constexpr double s = kWinogradPoint, s2 = s * s, s3 = s2 * s, factor = 1.0 / (s2 * s3);
  const double g0 = factor * taps[0], g1 = factor * s * taps[2], g2 = factor * s2 * taps[4],
               g3 = factor * s3 * taps[6];
  const double near_even = g0 + g2, near_odd = g1 + g3;
  const double far_even = g0 + 4.0 * g2, far_odd = 2.0 * (g1 + 4.0 * g3);
  const double half_even = g0 + 0.25 * g2, half_odd = 0.5 * (g1 + 0.25 * g3);
  even[0] = -0.5 * g0;
  even[1] = (-1.0 / 3.0) * (near_even + near_odd), even[2] = (1.0 / 9.0) * (near_even - near_odd);
  even[3] = (1.0 / 36.0) * (far_even + far_odd), even[4] = (-1.0 / 60.0) * (far_even - far_odd);
  even[5] = (1.0 / s3) * taps[6];
  even[6] = (32.0 / 45.0) * (half_even + half_odd);
}

/// Floats of an output channel's transformed kernels.
inline std::ptrdiff_t winograd_row_kernel_size(const ConvShape& shape) {
  return std::ptrdiff_t{shape.in_channels} * shape.kernel_h * (kRowPoints + kRowCommonPoints);
}

inline void pack_winograd_rows(const ConvShape& shape, const float* weights, float* packed) {
  const int channels = shape.in_channels, rows = shape.kernel_h;
  for (int n = 0; n < shape.out_channels; ++n, packed += winograd_row_kernel_size(shape)) {
    for (int c = 0; c < channels; ++c) {
      for (int ky = 0; ky < rows; ++ky, weights += kRowKernel) {
        double even[kRowPoints], odd[kRowCommonPoints];
        winograd_row_filter(weights, even, odd);
        float* to = packed + ky * 2 * channels + c;
        for (int i = 0; i < kRowCommonPoints; ++i, to += 2 * channels * rows) {
          to[0] = static_cast<float>(even[i]);
          to[channels] = static_cast<float>(odd[i]);
        }
        to[-ky * channels] = static_cast<float>(even[kRowCommonPoints]);
      }
    }
  }
}

/// Output channel n of the tile at `at` (a tile's column, not a pixel's), without bias: the first four of m.
inline void winograd_row_tile(const ConvBand& band, const Pixel& at, std::ptrdiff_t n,
                              float (&m)[kRowPoints]) {
  const int channels = band.shape.in_channels, rows = band.shape.kernel_h;
  const float* kernels = band.weights + band.shape.out_channels + n * winograd_row_kernel_size(band.shape);
  const std::ptrdiff_t stride = band.in.pixel_stride;
  const std::ptrdiff_t first =
      at.image * band.in.image_stride + (at.column * 2 * kRowTile - band.shape.pad_left) * stride;
  for (float& sum : m) sum = 0.0f;
  for (int ky = 0; ky < rows; ++ky) {
    const float* const row = band.in.row[at.row * rows + ky] + first;
    float even[kMostRowWinogradChannels][kRowPoints], odd[kMostRowWinogradChannels][kRowCommonPoints];
    for (int c = 0; c < channels; ++c) winograd_row_input(row + c, stride, even[c], odd[c]);
    for (int i = 0; i < kRowCommonPoints; ++i) {
      const float* u = kernels + (i * rows + ky) * 2 * channels;
      for (int c = 0; c < channels; ++c) m[i] = std::fma(even[c][i], u[c], m[i]);
      for (int c = 0; c < channels; ++c) m[i] = std::fma(odd[c][i], u[channels + c], m[i]);
    }
    const float* u = kernels + (kRowCommonPoints * rows * 2 + ky) * channels;
    for (int c = 0; c < channels; ++c) m[6] = std::fma(even[c][6], u[c], m[6]);
  }
  winograd_row_output(m);
}

/// The convolution at a pixel, bias included.
inline float winograd_row_sum(const ConvBand& band, const Pixel& at, std::ptrdiff_t n) {
  float y[kRowPoints];
  winograd_row_tile(band, {at.row, at.image, at.column / kRowTile}, n, y);
  const int column = static_cast<int>(at.column % kRowTile);
  return std::fma(winograd_output_scale(kRowCommonForm, column), y[column], band.weights[n]);
}

inline void winograd_rows_f32(const ConvBand& band, Range tiles, Range panels) {
  const int channels = band.shape.out_channels;
  for (std::ptrdiff_t t = tiles.begin; t < tiles.end; ++t) {
    const Pixel tile = pixel_at(t, band.images, (band.out_width + kRowTile - 1) / kRowTile);
    for (std::ptrdiff_t n = panels.begin; n < panels.end; ++n) {
      float y[kRowPoints];
      winograd_row_tile(band, tile, n, y);
      for (int j = 0; j < kRowTile && tile.column * kRowTile + j < band.out_width; ++j) {
        const Pixel pixel = {tile.row, tile.image, tile.column * kRowTile + j};
        float value = std::fma(winograd_output_scale(kRowCommonForm, j), y[j], band.weights[n]);
        if (band.residual.row != nullptr) value = value + input_pixel(band.residual, pixel)[n];
        float* out = output_pixel(band.out, pixel);
        out[n] = band.relu ? relu_up_to(value, band.ceiling) : value;
        if (n == channels - 1) write_padding(out, channels);
      }
    }
  }
}

}  // namespace fcn::kernels::reference

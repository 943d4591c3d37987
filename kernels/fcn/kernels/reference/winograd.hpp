// SPDX-License-Identifier: MIT
// Winograd convolution F(2 x 2, 3 x 3) and F(4 x 4, 3 x 3), and F(2 x 2, 3 x 3) of stride 2, the truth of
// its bits: one tile and one value at a time, with std::fma. Never optimised. fcn/kernels/winograd/ has the
// same steps for registers. Weights: bias [out], then transformed kernels [out][in][filters * filters], or
// [out][in][taps * 3] for those that are kept half transformed (fcn/kernels/winograd/halves.hpp). A panel is
// one channel. Along rows: winograd/rows.hpp.
#pragma once

#include <cmath>
#include <cstddef>

#include "fcn/kernels/kernel_table.hpp"
#include "fcn/kernels/reference/pixel.hpp"
#include "fcn/kernels/reference/winograd_lines.hpp"
#include "fcn/kernels/reference/winograd_rows.hpp"

namespace fcn::kernels::reference {

/// Not of rowwise.
inline WinogradForm form_of(ConvAlgorithm algorithm) {
  return {tile_extent(algorithm).x, algorithm == ConvAlgorithm::polyphase ? 2 : 1};
}

inline bool winograd_halves_filters(const ConvShape& shape, ConvAlgorithm algorithm) {
  return algorithm == ConvAlgorithm::winograd4 &&
         std::ptrdiff_t{shape.in_channels} * shape.out_channels > kMostWholeFilters;
}

/// Floats of a packed kernel.
inline int winograd_kernel_size(const ConvShape& shape, ConvAlgorithm algorithm) {
  const int filters = form_of(algorithm).filters();
  return winograd_halves_filters(shape, algorithm) ? 6 * 3 : filters * filters;
}

/// The second transform of half transformed kernels, along a row: h is h0 / (4 s^4), h1 / (12 s^3), h2 / s^3.
inline void winograd_half_line(const float* h, float* u) {
  const float even = std::fma(kWinogradPoint, h[2], h[0]), twice = h[1] + h[1];
  const float near = std::fma(-0.5f, h[0], (-1.0f / 6.0f) * even), far = (1.0f / 6.0f) * even;
  u[0] = h[0];
  u[1] = near - twice, u[2] = near + twice, u[3] = far + h[1], u[4] = far - h[1];
  u[5] = h[2];
}

inline std::size_t packed_winograd_size_f32(const ConvShape& shape, ConvAlgorithm algorithm) {
  const auto kernel = static_cast<std::size_t>(winograd_kernel_size(shape, algorithm));
  if (algorithm == ConvAlgorithm::rowwise)
    return static_cast<std::size_t>(shape.out_channels * (1 + winograd_row_kernel_size(shape)));
  return static_cast<std::size_t>(shape.out_channels) *
         (1 + static_cast<std::size_t>(shape.in_channels) * kernel);
}

inline void pack_winograd_f32(const ConvShape& shape, ConvAlgorithm algorithm, const float* weights,
                              const float* bias, float* packed) {
  const WinogradForm form = form_of(algorithm);
  const int filters = form.filters();
  for (int n = 0; n < shape.out_channels; ++n) packed[n] = bias != nullptr ? bias[n] : 0.0f;
  packed += shape.out_channels;
  if (algorithm == ConvAlgorithm::rowwise) return pack_winograd_rows(shape, weights, packed);
  const std::ptrdiff_t kernels = static_cast<std::ptrdiff_t>(shape.out_channels) * shape.in_channels;
  const bool halves = winograd_halves_filters(shape, algorithm);
  for (std::ptrdiff_t k = 0; k < kernels;
       ++k, weights += 9, packed += winograd_kernel_size(shape, algorithm)) {
    double half[6][3];
    for (int x = 0; x < 3; ++x) {
      const double column[3] = {weights[x], weights[3 + x], weights[6 + x]};
      double transformed[6];
      winograd_filter_line(form, column, transformed);
      for (int i = 0; i < filters; ++i) half[i][x] = transformed[i];
    }
    for (int i = 0; i < filters && halves; ++i) {
      constexpr double s = kWinogradPoint, s3 = s * s * s;
      packed[i * 3] = static_cast<float>((1.0 / (4.0 * s3 * s)) * half[i][0]);
      packed[i * 3 + 1] = static_cast<float>((1.0 / (12.0 * s3)) * half[i][1]);
      packed[i * 3 + 2] = static_cast<float>((1.0 / s3) * half[i][2]);
    }
    for (int i = 0; i < filters && !halves; ++i) {
      double row[6];
      winograd_filter_line(form, half[i], row);
      for (int j = 0; j < filters; ++j) packed[i * filters + j] = static_cast<float>(row[j]);
    }
  }
}

inline std::ptrdiff_t winograd_panels_f32(const ConvShape& shape, ConvAlgorithm) {
  return shape.out_channels;
}

/// One tile's transformed input: [in][taps * taps].
inline std::size_t winograd_scratch_f32(const ConvShape& shape, ConvAlgorithm algorithm) {
  if (algorithm == ConvAlgorithm::rowwise) return 0;
  const int taps = form_of(algorithm).taps();
  return static_cast<std::size_t>(shape.in_channels) * static_cast<std::size_t>(taps * taps);
}

/// Whether at most two rows of an F(4 x 4) tile lie in the map.
inline bool is_short_tile(const ConvBand& band, WinogradForm form, const Pixel& at) {
  const std::ptrdiff_t third = at.row * form.tile + 2;
  const bool inside = third < band.out_rows && band.out.row[third] != nullptr;
  return form.tile == 4 && form.stride == 1 && !inside;
}

inline void winograd_input_tile(const ConvBand& band, WinogradForm form, const Pixel& at, float* v) {
  const int taps = form.taps();
  const bool is_short = is_short_tile(band, form, at);
  const std::ptrdiff_t column = at.column * form.tile * form.stride - band.shape.pad_left;
  for (int c = 0; c < band.shape.in_channels; ++c, v += taps * taps) {
    for (int i = 0; i < taps; ++i) {
      const float* row = band.in.row[at.row * taps + i] + at.image * band.in.image_stride;
      for (int j = 0; j < taps; ++j) v[i * taps + j] = row[(column + j) * band.in.pixel_stride + c];
    }
    for (int j = 0; j < taps; ++j)
      is_short ? winograd_short_input_line(v + j, taps) : winograd_input_line(form, v + j, taps);
    for (int i = 0; i < taps; ++i) winograd_input_line(form, v + i * taps, 1);
  }
}

/// m of output channel n of the tile at `at`, and after it y, in whose rows the first `tile` values count.
inline void winograd_output_tile(const ConvBand& band, ConvAlgorithm algorithm, const Pixel& at,
                                 const float* v, std::ptrdiff_t n, float* m) {
  const WinogradForm form = form_of(algorithm);
  const int taps = form.taps(), points = taps * taps;
  const bool halves = winograd_halves_filters(band.shape, algorithm);
  const int size = winograd_kernel_size(band.shape, algorithm);
  const float* kernel = band.weights + band.shape.out_channels + n * band.shape.in_channels * size;
  for (int xi = 0; xi < points; ++xi) m[xi] = 0.0f;
  for (int c = 0; c < band.shape.in_channels; ++c, kernel += size, v += points) {
    float whole[36];
    for (int i = 0; i < taps && halves; ++i) winograd_half_line(kernel + i * 3, whole + i * taps);
    const float* u = halves ? whole : kernel;
    for (int xi = 0; xi < points; ++xi) {
      const int filter = form.filter_of(xi / taps) * form.filters() + form.filter_of(xi % taps);
      m[xi] = std::fma(v[xi], u[filter], m[xi]);
    }
  }
  const bool is_short = is_short_tile(band, form, at);
  for (int j = 0; j < taps; ++j)
    is_short ? winograd_short_output_line(m + j, taps) : winograd_output_line(form, m + j, taps);
  for (int i = 0; i < form.tile; ++i) winograd_output_line(form, m + i * taps, 1);
}

inline void winograd_f32(const ConvBand& band, ConvAlgorithm algorithm, Range tiles, Range panels,
                         float* scratch) {
  if (algorithm == ConvAlgorithm::rowwise) return winograd_rows_f32(band, tiles, panels);
  const WinogradForm form = form_of(algorithm);
  const int tile = form.tile, taps = form.taps();
  const int channels = band.shape.out_channels;
  for (std::ptrdiff_t t = tiles.begin; t < tiles.end; ++t) {
    const Pixel at = pixel_at(t, band.images, (band.out_width + tile - 1) / tile);
    winograd_input_tile(band, form, at, scratch);
    for (std::ptrdiff_t n = panels.begin; n < panels.end; ++n) {
      float m[36];
      winograd_output_tile(band, algorithm, at, scratch, n, m);
      for (int i = 0; i < tile; ++i) {
        for (int j = 0; j < tile; ++j) {
          const Pixel pixel = {at.row * tile + i, at.image, at.column * tile + j};
          if (pixel.row >= band.out_rows || pixel.column >= band.out_width) continue;
          if (band.out.row[pixel.row] == nullptr) continue;
          const float scale = winograd_output_scale(form, i + j), bias = band.weights[n];
          float value = std::fma(scale, m[i * taps + j], bias);
          if (band.residual.row != nullptr) value = value + input_pixel(band.residual, pixel)[n];
          float* out = output_pixel(band.out, pixel);
          out[n] = band.relu ? relu_up_to(value, band.ceiling) : value;
          if (n == channels - 1) write_padding(out, channels);
        }
      }
    }
  }
}

}  // namespace fcn::kernels::reference

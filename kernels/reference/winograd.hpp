// SPDX-License-Identifier: MIT
// Winograd convolution F(2 x 2, 3 x 3) and F(4 x 4, 3 x 3), and F(2 x 2, 3 x 3) of stride 2, the truth of
// its bits: one tile and one value at a time, with std::fma. Never optimised. kernels/winograd*.hpp state the
// same steps for registers. Weights: bias [out], then transformed kernels [out][in][filters * filters], or
// [out][in][taps * 3] for those that are kept half transformed (kernels/winograd_halves.hpp). A panel is one
// channel.
#pragma once

#include <cmath>
#include <cstddef>

#include "kernels/kernel_table.hpp"
#include "kernels/reference/pixel.hpp"

namespace fcn::kernels::reference {

/// Which of the three: F(tile, 3) of a convolution's stride.
struct WinogradForm {
  int tile, stride;

  int taps() const { return (tile - 1) * stride + 3; }  ///< of an input tile, along each axis
  int filters() const { return tile + 2; }              ///< of a transformed filter, along each axis
  /// The value of a transformed filter that a point takes.
  int filter_of(int point) const { return point < filters() ? point : filters() - 1; }
};

/// B^T, in place; values lie `step` apart.
inline void winograd_input_line(WinogradForm form, float* x, int step) {
  const auto at = [&](int i) -> float& { return x[i * step]; };
  if (form.stride == 2) {
    const float t[5] = {at(0) - at(2), at(2), at(4) - at(2), at(1), at(3)};
    for (int i = 0; i < 5; ++i) at(i) = t[i];
    return;
  }
  if (form.tile == 2) {
    const float t[4] = {at(0) - at(2), at(1) + at(2), at(2) - at(1), at(1) - at(3)};
    for (int i = 0; i < 4; ++i) at(i) = t[i];
    return;
  }
  const float near_even = at(4) - at(2), near_odd = at(3) - at(1);
  const float far_even = std::fma(-4.0f, at(2), at(4)), far_odd = std::fma(-4.0f, at(1), at(3));
  const float t[6] = {std::fma(-4.0f, at(2) - at(0), near_even),
                      far_even + far_odd,
                      far_even - far_odd,
                      std::fma(2.0f, near_odd, near_even),
                      std::fma(-2.0f, near_odd, near_even),
                      std::fma(-4.0f, near_odd, at(5) - at(3))};
  for (int i = 0; i < 6; ++i) at(i) = t[i];
}

/// A^T, in place: the first `tile` values are the result.
inline void winograd_output_line(WinogradForm form, float* m, int step) {
  const auto at = [&](int i) -> float& { return m[i * step]; };
  if (form.stride == 2) {
    const float y[2] = {(at(0) + at(1)) + at(3), (at(1) + at(2)) + at(4)};
    for (int i = 0; i < 2; ++i) at(i) = y[i];
    return;
  }
  if (form.tile == 2) {
    const float y[2] = {(at(0) + at(1)) + at(2), (at(1) - at(2)) - at(3)};
    for (int i = 0; i < 2; ++i) at(i) = y[i];
    return;
  }
  const float sum1 = at(1) + at(2), difference1 = at(1) - at(2);
  const float sum2 = at(3) + at(4), difference2 = at(3) - at(4);
  const float y[4] = {(at(0) + sum1) + sum2, std::fma(2.0f, difference2, difference1),
                      std::fma(4.0f, sum2, sum1), std::fma(8.0f, difference2, difference1) + at(5)};
  for (int i = 0; i < 4; ++i) at(i) = y[i];
}

/// G.
inline void winograd_filter_line(WinogradForm form, const double* g, double* u) {
  const double sum = g[0] + g[2];
  if (form.stride == 2) {
    u[0] = g[0], u[1] = sum, u[2] = g[2], u[3] = g[1];
    return;
  }
  if (form.tile == 2) {
    u[0] = g[0], u[1] = 0.5 * (sum + g[1]), u[2] = 0.5 * (sum - g[1]), u[3] = g[2];
    return;
  }
  const double weighted = g[0] + 4.0 * g[2];
  u[0] = 0.25 * g[0];
  u[1] = (-1.0 / 6.0) * (sum + g[1]), u[2] = (-1.0 / 6.0) * (sum - g[1]);
  u[3] = (1.0 / 24.0) * (weighted + 2.0 * g[1]), u[4] = (1.0 / 24.0) * (weighted - 2.0 * g[1]);
  u[5] = g[2];
}

inline bool winograd_halves_filters(const ConvShape& shape, int tile) {
  return tile == 4 && std::ptrdiff_t{shape.in_channels} * shape.out_channels > kMostWholeFilters;
}

/// Floats of a packed kernel.
inline int winograd_kernel_size(const ConvShape& shape, int tile) {
  return winograd_halves_filters(shape, tile) ? 6 * 3 : (tile + 2) * (tile + 2);
}

/// The second transform of half transformed kernels, along a row: h is h0 / 4, h1 / 12, h2.
inline void winograd_half_line(const float* h, float* u) {
  const float even = h[0] + h[2], twice = h[1] + h[1];
  const float near = std::fma(-0.5f, h[0], (-1.0f / 6.0f) * even), far = (1.0f / 6.0f) * even;
  u[0] = h[0];
  u[1] = near - twice, u[2] = near + twice, u[3] = far + h[1], u[4] = far - h[1];
  u[5] = h[2];
}

inline std::size_t packed_winograd_size_f32(const ConvShape& shape, int tile) {
  const auto kernel = static_cast<std::size_t>(winograd_kernel_size(shape, tile));
  return static_cast<std::size_t>(shape.out_channels) *
         (1 + static_cast<std::size_t>(shape.in_channels) * kernel);
}

inline void pack_winograd_f32(const ConvShape& shape, int tile, const float* weights, const float* bias,
                              float* packed) {
  const WinogradForm form{tile, shape.stride_x};
  const int filters = form.filters();
  for (int n = 0; n < shape.out_channels; ++n) packed[n] = bias != nullptr ? bias[n] : 0.0f;
  packed += shape.out_channels;
  const std::ptrdiff_t kernels = static_cast<std::ptrdiff_t>(shape.out_channels) * shape.in_channels;
  const bool halves = winograd_halves_filters(shape, tile);
  for (std::ptrdiff_t k = 0; k < kernels; ++k, weights += 9, packed += winograd_kernel_size(shape, tile)) {
    double half[6][3];
    for (int x = 0; x < 3; ++x) {
      const double column[3] = {weights[x], weights[3 + x], weights[6 + x]};
      double transformed[6];
      winograd_filter_line(form, column, transformed);
      for (int i = 0; i < filters; ++i) half[i][x] = transformed[i];
    }
    for (int i = 0; i < filters && halves; ++i) {
      packed[i * 3] = static_cast<float>((1.0 / 4.0) * half[i][0]);
      packed[i * 3 + 1] = static_cast<float>((1.0 / 12.0) * half[i][1]);
      packed[i * 3 + 2] = static_cast<float>(half[i][2]);
    }
    for (int i = 0; i < filters && !halves; ++i) {
      double row[6];
      winograd_filter_line(form, half[i], row);
      for (int j = 0; j < filters; ++j) packed[i * filters + j] = static_cast<float>(row[j]);
    }
  }
}

inline std::ptrdiff_t winograd_panels_f32(const ConvShape& shape, int) {
  return shape.out_channels;
}

/// One tile's transformed input: [in][taps * taps].
inline std::size_t winograd_scratch_f32(const ConvShape& shape, int tile) {
  const int taps = WinogradForm{tile, shape.stride_x}.taps();
  return static_cast<std::size_t>(shape.in_channels) * static_cast<std::size_t>(taps * taps);
}

inline void winograd_input_tile(const ConvBand& band, WinogradForm form, const Pixel& at, float* v) {
  const int taps = form.taps();
  const std::ptrdiff_t column = at.column * form.tile * form.stride - band.shape.pad_left;
  for (int c = 0; c < band.shape.in_channels; ++c, v += taps * taps) {
    for (int i = 0; i < taps; ++i) {
      const float* row = band.in.row[at.row * taps + i] + at.image * band.in.image_stride;
      for (int j = 0; j < taps; ++j) v[i * taps + j] = row[(column + j) * band.in.pixel_stride + c];
    }
    for (int j = 0; j < taps; ++j) winograd_input_line(form, v + j, taps);
    for (int i = 0; i < taps; ++i) winograd_input_line(form, v + i * taps, 1);
  }
}

/// m of output channel n, and after it y, in whose rows the first `tile` values count.
inline void winograd_output_tile(const ConvBand& band, WinogradForm form, const float* v, std::ptrdiff_t n,
                                 float* m) {
  const int taps = form.taps(), points = taps * taps;
  const bool halves = winograd_halves_filters(band.shape, form.tile);
  const int size = winograd_kernel_size(band.shape, form.tile);
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
  for (int j = 0; j < taps; ++j) winograd_output_line(form, m + j, taps);
  for (int i = 0; i < form.tile; ++i) winograd_output_line(form, m + i * taps, 1);
}

inline void winograd_f32(const ConvBand& band, int tile, Range tiles, Range panels, float* scratch) {
  const WinogradForm form{tile, band.shape.stride_x};
  const int taps = form.taps();
  const int channels = band.shape.out_channels;
  for (std::ptrdiff_t t = tiles.begin; t < tiles.end; ++t) {
    const Pixel at = pixel_at(t, band.images, (band.out_width + tile - 1) / tile);
    winograd_input_tile(band, form, at, scratch);
    for (std::ptrdiff_t n = panels.begin; n < panels.end; ++n) {
      float m[36];
      winograd_output_tile(band, form, scratch, n, m);
      for (int i = 0; i < tile; ++i) {
        for (int j = 0; j < tile; ++j) {
          const Pixel pixel = {at.row * tile + i, at.image, at.column * tile + j};
          if (pixel.row >= band.out_rows || pixel.column >= band.out_width) continue;
          if (band.out.row[pixel.row] == nullptr) continue;
          float value = m[i * taps + j] + band.weights[n];
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

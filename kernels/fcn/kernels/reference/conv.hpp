// SPDX-License-Identifier: MIT
// Convolution, the truth: naive loops over one output value at a time, one std::fma a tap. Never optimised.
// Weights stay as the model has them: bias [out], then [out][in / groups][ky][kx]. A panel is one channel.
#pragma once

#include <cmath>
#include <cstddef>

#include "fcn/kernels/kernel_table.hpp"
#include "fcn/kernels/reference/pixel.hpp"

namespace fcn::kernels::reference {

inline std::size_t taps_per_output(const ConvShape& shape) {
  return static_cast<std::size_t>(shape.in_channels / shape.groups) *
         static_cast<std::size_t>(shape.kernel_h) * static_cast<std::size_t>(shape.kernel_w);
}

inline std::size_t packed_conv_size_f32(const ConvShape& shape) {
  return static_cast<std::size_t>(shape.out_channels) * (1 + taps_per_output(shape));
}

inline void pack_conv_f32(const ConvShape& shape, const float* weights, const float* bias, float* packed) {
  const auto outputs = static_cast<std::size_t>(shape.out_channels);
  for (std::size_t n = 0; n < outputs; ++n) packed[n] = bias != nullptr ? bias[n] : 0.0f;
  const std::size_t count = outputs * taps_per_output(shape);
  for (std::size_t i = 0; i < count; ++i) packed[outputs + i] = weights[i];
}

inline std::ptrdiff_t conv_panels_f32(const ConvShape& shape) {
  return shape.out_channels;
}

/// The sum over ky, kx, c for channel n of the output pixel `at`, in the contract's order.
inline float conv_sum(const ConvBand& band, const Pixel& at, std::ptrdiff_t n) {
  const ConvShape& s = band.shape;
  const int group_in = s.in_channels / s.groups;
  const std::ptrdiff_t first_channel = n / (s.out_channels / s.groups) * group_in;
  const float* weights = band.weights + s.out_channels + n * static_cast<std::ptrdiff_t>(taps_per_output(s));
  float acc = band.weights[n];
  for (int ky = 0; ky < s.kernel_h; ++ky) {
    const float* row = band.in.row[at.row * s.kernel_h + ky] + at.image * band.in.image_stride;
    for (int kx = 0; kx < s.kernel_w; ++kx) {
      const std::ptrdiff_t column = at.column * s.stride_x - s.pad_left + kx * s.dilation_x;
      const float* pixel = row + column * band.in.pixel_stride + first_channel;
      for (int c = 0; c < group_in; ++c) {
        acc = std::fma(pixel[c], weights[(c * s.kernel_h + ky) * s.kernel_w + kx], acc);
      }
    }
  }
  return acc;
}

inline void conv_f32(const ConvBand& band, Range pixels, Range panels) {
  const int channels = band.shape.out_channels;
  for (std::ptrdiff_t i = pixels.begin; i < pixels.end; ++i) {
    const Pixel at = pixel_at(i, band.images, band.out_width);
    float* out = output_pixel(band.out, at);
    for (std::ptrdiff_t n = panels.begin; n < panels.end; ++n) {
      float value = conv_sum(band, at, n);
      if (band.residual.row != nullptr) value = value + input_pixel(band.residual, at)[n];
      out[n] = band.relu ? relu_up_to(value, band.ceiling) : value;
    }
    if (panels.end == channels) write_padding(out, channels);
  }
}

}  // namespace fcn::kernels::reference

// SPDX-License-Identifier: MIT
// Convolution with relu and max-pool in one, the truth: each pooled value is the greatest of its taps, each
// tap convolved where it is needed, as often as it is needed. Never optimised.
#pragma once

#include <cstddef>

#include "fcn/kernels/kernel_table.hpp"
#include "fcn/kernels/reference/conv.hpp"
#include "fcn/kernels/reference/pixel.hpp"
#include "fcn/kernels/reference/winograd_rows.hpp"

namespace fcn::kernels::reference {

inline std::size_t conv_max_pool_scratch_f32(const ConvShape&, ConvAlgorithm) {
  return 0;
}

/// The greatest of the (at most three) values of a row of the convolution under pooled column x.
inline float pooled_along_row(const ConvPoolBand& band, int row, std::ptrdiff_t image, std::ptrdiff_t x,
                              std::ptrdiff_t channel) {
  float greatest = 0.0f;
  for (std::ptrdiff_t column = 2 * x - band.pad_left; column < 2 * x - band.pad_left + 3; ++column) {
    if (column < 0 || column >= band.conv.out_width) continue;
    const Pixel at = {row, image, column};
    const float sum = band.algorithm == ConvAlgorithm::direct ? conv_sum(band.conv, at, channel)
                                                              : winograd_row_sum(band.conv, at, channel);
    const float value = relu_up_to(sum, band.conv.ceiling);
    greatest = value > greatest ? value : greatest;
  }
  return greatest;
}

inline void conv_max_pool_f32(const ConvPoolBand& band, Range columns, float*) {
  const int channels = band.conv.shape.out_channels;
  const auto greater = [](float a, float b) { return b > a ? b : a; };
  for (std::ptrdiff_t i = columns.begin; i < columns.end; ++i) {
    const std::ptrdiff_t image = i / band.out_width, x = i % band.out_width;
    float* carry = output_pixel(band.carry, {0, image, x});
    for (std::ptrdiff_t n = 0; n < channels; ++n) {
      if (band.lead_rows != 0) carry[n] = pooled_along_row(band, 0, image, x, n);
      bool carried = band.resume || band.lead_rows != 0;
      for (int r = 0; r < band.out_rows; ++r, carried = true) {
        const int first = band.lead_rows + 2 * r;
        float value = carried ? carry[n] : 0.0f;
        if (first < band.conv.out_rows) value = greater(value, pooled_along_row(band, first, image, x, n));
        if (first + 1 < band.conv.out_rows) {
          carry[n] = pooled_along_row(band, first + 1, image, x, n);
          value = greater(value, carry[n]);
        }
        output_pixel(band.out, {r, image, x})[n] = value;
      }
    }
    for (int r = 0; r < band.out_rows; ++r) write_padding(output_pixel(band.out, {r, image, x}), channels);
  }
}

}  // namespace fcn::kernels::reference

// SPDX-License-Identifier: MIT
// Mean, sum and maximum over a whole map, band by band, the truth. Never optimised.
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>

#include "fcn/kernels/kernel_table.hpp"
#include "fcn/kernels/reference/pixel.hpp"

namespace fcn::kernels::reference {

/// out[c] = f(what was gathered, image, c) for every channel of the blocks, zero for those that only pad.
template <class F>
void gather_channels(const GlobalPoolBand& band, Range blocks, float start, F f) {
  const std::ptrdiff_t image_blocks = (band.channels + kChannelQuantum - 1) / kChannelQuantum;
  for (std::ptrdiff_t i = blocks.begin * kChannelQuantum; i < blocks.end * kChannelQuantum; ++i) {
    const std::ptrdiff_t image = i / (image_blocks * kChannelQuantum);
    const std::ptrdiff_t c = i % (image_blocks * kChannelQuantum);
    float& out = band.out[image * band.out_image_stride + c];
    out = c < band.channels ? f(band.first ? start : out, image, c) : 0.0f;
  }
}

inline void global_sum_pool_f32(const GlobalPoolBand& band, Range blocks) {
  gather_channels(band, blocks, 0.0f, [&](float acc, std::ptrdiff_t image, std::ptrdiff_t c) {
    for (std::ptrdiff_t r = 0; r < band.rows; ++r) {
      float sum = 0.0f;
      for (std::ptrdiff_t x = 0; x < band.width; ++x) sum = sum + input_pixel(band.in, {r, image, x})[c];
      acc = acc + sum;
    }
    return acc;
  });
}

inline void global_average_pool_f32(const GlobalPoolBand& band, Range blocks) {
  global_sum_pool_f32(band, blocks);
  if (band.cells == 0) return;
  GlobalPoolBand sums = band;  // gathered already
  sums.first = false;
  gather_channels(sums, blocks, 0.0f, [&](float sum, std::ptrdiff_t, std::ptrdiff_t) {
    return sum / static_cast<float>(band.cells);
  });
}

inline void global_max_pool_f32(const GlobalPoolBand& band, Range blocks) {
  const float start = -std::numeric_limits<float>::infinity();
  gather_channels(band, blocks, start, [&](float acc, std::ptrdiff_t image, std::ptrdiff_t c) {
    for (std::ptrdiff_t r = 0; r < band.rows; ++r) {
      for (std::ptrdiff_t x = 0; x < band.width; ++x) {
        const float value = input_pixel(band.in, {r, image, x})[c];
        if (value > acc || std::isnan(value)) acc = value;
      }
    }
    return acc;
  });
}

}  // namespace fcn::kernels::reference

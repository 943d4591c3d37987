// SPDX-License-Identifier: MIT
// Sum, mean, maximum and minimum over the channels of each pixel, the truth. Never optimised.
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>

#include "fcn/kernels/kernel_table.hpp"
#include "fcn/kernels/reference/pixel.hpp"
#include "fcn/kernels/reference/sixteen_sums.hpp"

namespace fcn::kernels::reference {

template <class F>
void reduce_pixels(const PixelBand& band, Range pixels, F f) {
  for (std::ptrdiff_t i = pixels.begin; i < pixels.end; ++i) {
    const Pixel at = pixel_at(i, band.images, band.width);
    float* out = output_pixel(band.out, at);
    out[0] = f(input_pixel(band.a, at));
    write_padding(out, 1);
  }
}

inline void channel_sum_f32(const PixelBand& band, Range pixels) {
  reduce_pixels(band, pixels, [&](const float* a) { return channel_sum(a, band.channels); });
}

inline void channel_mean_f32(const PixelBand& band, Range pixels) {
  reduce_pixels(band, pixels, [&](const float* a) {
    return channel_sum(a, band.channels) / static_cast<float>(band.channels);
  });
}

inline void channel_maximum_f32(const PixelBand& band, Range pixels) {
  const auto greater = [](float m, float x) { return x > m || std::isnan(x) ? x : m; };
  reduce_pixels(band, pixels, [&](const float* a) {
    return gather_sixteen(
        band.channels, -std::numeric_limits<float>::infinity(), [&](int c) { return a[c]; }, greater,
        greater);
  });
}

inline void channel_minimum_f32(const PixelBand& band, Range pixels) {
  const auto less = [](float m, float x) { return m > x || std::isnan(x) ? x : m; };
  reduce_pixels(band, pixels, [&](const float* a) {
    return gather_sixteen(
        band.channels, std::numeric_limits<float>::infinity(), [&](int c) { return a[c]; }, less, less);
  });
}

}  // namespace fcn::kernels::reference

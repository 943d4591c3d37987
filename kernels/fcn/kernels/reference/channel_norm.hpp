// SPDX-License-Identifier: MIT
// Layer norm and RMS norm over the channels of each pixel, the truth. Never optimised.
#pragma once

#include <cmath>
#include <cstddef>

#include "fcn/kernels/kernel_table.hpp"
#include "fcn/kernels/reference/pixel.hpp"
#include "fcn/kernels/reference/sixteen_sums.hpp"

namespace fcn::kernels::reference {

inline void channel_norm_f32(const ChannelNormBand& band, Range pixels) {
  const auto count = static_cast<float>(band.channels);
  for (std::ptrdiff_t i = pixels.begin; i < pixels.end; ++i) {
    const Pixel at = pixel_at(i, band.images, band.width);
    const float* a = input_pixel(band.a, at);
    float* out = output_pixel(band.out, at);
    const float mean = band.center ? channel_sum(a, band.channels) / count : 0.0f;
    const float squares = gather_sixteen(
        band.channels, 0.0f, [&](int c) { return a[c] - mean; },
        [](float sum, float d) { return std::fma(d, d, sum); }, [](float s, float t) { return s + t; });
    const float scale = 1.0f / std::sqrt(squares / count + band.epsilon);
    for (int c = 0; c < band.channels; ++c) {
      out[c] = std::fma((a[c] - mean) * scale, band.scale[c], band.shift[c]);
    }
    write_padding(out, band.channels);
  }
}

}  // namespace fcn::kernels::reference

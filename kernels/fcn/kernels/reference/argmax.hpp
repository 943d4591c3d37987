// SPDX-License-Identifier: MIT
// The number of each pixel's greatest channel, the truth. Never optimised.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>

#include "fcn/kernels/kernel_table.hpp"
#include "fcn/kernels/reference/pixel.hpp"

namespace fcn::kernels::reference {

inline void argmax_f32(const ArgmaxBand& band, Range pixels) {
  for (std::ptrdiff_t i = pixels.begin; i < pixels.end; ++i) {
    const float* a = input_pixel(band.a, pixel_at(i, band.images, band.width));
    int best = 0;
    for (int c = 1; c < band.channels && !std::isnan(a[best]); ++c)
      if (a[c] > a[best] || std::isnan(a[c])) best = c;
    band.out[i] = static_cast<std::uint16_t>(best);
  }
}

}  // namespace fcn::kernels::reference

// SPDX-License-Identifier: MIT
// Softmax over the channels of each pixel, the truth: sixteen partial sums, added by halves, whatever the
// arch's registers hold. Never optimised.
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>

#include "fcn/kernels/kernel_table.hpp"
#include "fcn/kernels/reference/exp.hpp"
#include "fcn/kernels/reference/pixel.hpp"

namespace fcn::kernels::reference {

/// Sum of the sixteen: s[j] + s[j + 8], then + 4, + 2, + 1.
inline float add_halves(float (&sums)[16]) {
  for (int half = 8; half > 0; half /= 2) {
    for (int j = 0; j < half; ++j) sums[j] = sums[j] + sums[j + half];
  }
  return sums[0];
}

inline void softmax_f32(const PixelBand& band, Range pixels) {
  for (std::ptrdiff_t i = pixels.begin; i < pixels.end; ++i) {
    const Pixel at = pixel_at(i, band.images, band.width);
    const float* a = input_pixel(band.a, at);
    float* out = output_pixel(band.out, at);
    float largest = -std::numeric_limits<float>::infinity();
    for (int c = 0; c < band.channels; ++c) largest = a[c] > largest ? a[c] : largest;
    float sums[16] = {};
    for (int c = 0; c < band.channels; ++c) {
      out[c] = exp_nonpositive(a[c] - largest);
      sums[c % 16] = sums[c % 16] + out[c];
    }
    const float sum = add_halves(sums);
    for (int c = 0; c < band.channels; ++c) out[c] = out[c] / sum;
    write_padding(out, band.channels);
  }
}

}  // namespace fcn::kernels::reference

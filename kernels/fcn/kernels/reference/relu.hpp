// SPDX-License-Identifier: MIT
// Relu on its own, the truth. Never optimised.
#pragma once

#include <cstddef>

#include "fcn/kernels/kernel_table.hpp"
#include "fcn/kernels/reference/pixel.hpp"

namespace fcn::kernels::reference {

inline void relu_f32(const PixelBand& band, Range pixels) {
  for (std::ptrdiff_t i = pixels.begin; i < pixels.end; ++i) {
    const Pixel at = pixel_at(i, band.images, band.width);
    const float* a = input_pixel(band.a, at);
    float* out = output_pixel(band.out, at);
    for (int c = 0; c < band.channels; ++c) out[c] = relu(a[c]);
    write_padding(out, band.channels);
  }
}

}  // namespace fcn::kernels::reference

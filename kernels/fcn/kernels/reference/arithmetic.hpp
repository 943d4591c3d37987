// SPDX-License-Identifier: MIT
// Sum, difference, product, quotient, least and greatest of two feature maps, the truth. Never optimised.
#pragma once

#include <cmath>
#include <cstddef>

#include "fcn/kernels/kernel_table.hpp"
#include "fcn/kernels/reference/pixel.hpp"

namespace fcn::kernels::reference {

template <class F>
void combine_maps(const ArithmeticBand& band, Range pixels, F combine) {
  for (std::ptrdiff_t i = pixels.begin; i < pixels.end; ++i) {
    const Pixel at = pixel_at(i, band.images, band.width);
    const float* a = input_pixel(band.a, at);
    const float* b = input_pixel(band.b, at);
    float* out = output_pixel(band.out, at);
    for (int c = 0; c < band.channels; ++c) {
      const float value = combine(a[band.a_one_channel ? 0 : c], b[band.b_one_channel ? 0 : c]);
      out[c] = band.relu ? relu(value) : value;
    }
    write_padding(out, band.channels);
  }
}

inline void add_f32(const ArithmeticBand& band, Range pixels) {
  combine_maps(band, pixels, [](float a, float b) { return a + b; });
}

inline void subtract_f32(const ArithmeticBand& band, Range pixels) {
  combine_maps(band, pixels, [](float a, float b) { return a - b; });
}

inline void multiply_f32(const ArithmeticBand& band, Range pixels) {
  combine_maps(band, pixels, [](float a, float b) { return a * b; });
}

inline void divide_f32(const ArithmeticBand& band, Range pixels) {
  combine_maps(band, pixels, [](float a, float b) { return a / b; });
}

inline void minimum_f32(const ArithmeticBand& band, Range pixels) {
  combine_maps(band, pixels, [](float a, float b) { return b > a || std::isnan(a) ? a : b; });
}

inline void maximum_f32(const ArithmeticBand& band, Range pixels) {
  combine_maps(band, pixels, [](float a, float b) { return a > b || std::isnan(a) ? a : b; });
}

}  // namespace fcn::kernels::reference

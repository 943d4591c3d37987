// SPDX-License-Identifier: MIT
// Functions of each value by itself, other than relu, the truth. Never optimised.
#pragma once

#include <cmath>
#include <cstddef>

#include "fcn/kernels/kernel_table.hpp"
#include "fcn/kernels/reference/exp.hpp"
#include "fcn/kernels/reference/pixel.hpp"

namespace fcn::kernels::reference {

inline float clip(float x, float low, float high) {
  const float y = x > low ? x : low;
  return high > y ? y : high;
}

inline float sigmoid(float x) {
  const float t = exp_nonpositive(x > 0.0f ? 0.0f - x : x);
  return (x > 0.0f ? 1.0f : t) / (1.0f + t);
}

/// f(x, channel) of every value of the slice.
template <class F>
void map_values(const PixelBand& band, Range pixels, F f) {
  for (std::ptrdiff_t i = pixels.begin; i < pixels.end; ++i) {
    const Pixel at = pixel_at(i, band.images, band.width);
    const float* a = input_pixel(band.a, at);
    float* out = output_pixel(band.out, at);
    for (int c = 0; c < band.channels; ++c) out[c] = f(a[c], c);
    write_padding(out, band.channels);
  }
}

inline void leaky_relu_f32(const ActivationBand& band, Range pixels) {
  map_values(band, pixels, [&](float x, int) { return x > 0.0f ? x : band.alpha * x; });
}

inline void prelu_f32(const PReluBand& band, Range pixels) {
  map_values(band, pixels, [&](float x, int c) { return x > 0.0f ? x : band.slopes[c] * x; });
}

inline void clip_f32(const ActivationBand& band, Range pixels) {
  map_values(band, pixels, [&](float x, int) { return clip(x, band.alpha, band.beta); });
}

inline void sigmoid_f32(const PixelBand& band, Range pixels) {
  map_values(band, pixels, [](float x, int) { return sigmoid(x); });
}

inline void silu_f32(const PixelBand& band, Range pixels) {
  map_values(band, pixels, [](float x, int) {
    x = x < -88.0f ? -88.0f : x;
    const ScaledFraction t = exp_of_negative(x > 20.0f ? 20.0f : x);
    return x / std::fma(t.fraction, t.power, 1.0f);
  });
}

inline void hard_sigmoid_f32(const ActivationBand& band, Range pixels) {
  map_values(band, pixels,
             [&](float x, int) { return clip(std::fma(band.alpha, x, band.beta), 0.0f, 1.0f); });
}

inline void hard_swish_f32(const PixelBand& band, Range pixels) {
  map_values(band, pixels, [](float x, int) { return x * clip(std::fma(1.0f / 6.0f, x, 0.5f), 0.0f, 1.0f); });
}

}  // namespace fcn::kernels::reference

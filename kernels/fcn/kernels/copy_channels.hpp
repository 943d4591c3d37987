// SPDX-License-Identifier: MIT
// Moves channels within pixels: one input's share of a concatenation, or a selection of channels.
#pragma once

#include <cstddef>

#include "fcn/kernels/kernel_table.hpp"
#include "fcn/kernels/pixel_cursor.hpp"
#include "fcn/kernels/simd.hpp"

namespace fcn::kernels {

template <class Arch>
void copy_channels_f32(const CopyChannelsBand& band, Range pixels) {
  const int end = band.out_channel + band.channels;
  const int padded = band.closes_pixel ? padded_channels<Arch>(end) : end;
  auto at = PixelCursor<Arch>::at(pixels.begin, band.images, band.width);
  for (std::ptrdiff_t i = pixels.begin; i < pixels.end; ++i, at.next()) {
    const float* from = at.in(band.in);
    float* pixel = at.out(band.out);
    float* out = pixel + band.out_channel;
    if (band.channel == nullptr) {
      __builtin_memcpy(out, from, static_cast<std::size_t>(band.channels) * sizeof(float));
    } else {
      for (int c = 0; c < band.channels; ++c) out[c] = from[band.channel[c]];
    }
    for (int c = end; c < padded; ++c) pixel[c] = 0.0f;
  }
}

}  // namespace fcn::kernels

// SPDX-License-Identifier: MIT
// Shared by kernels that work pixel by pixel: the walk over a slice of pixels, and the writing of a pixel's
// channels a register at a time, padding included.
#pragma once

#include <cstddef>

#include "fcn/kernels/kernel_table.hpp"
#include "fcn/kernels/pixel_cursor.hpp"
#include "fcn/kernels/simd.hpp"

namespace fcn::kernels {

/// n floats in a register, zeros after them. Nothing past them is read: the band's last pixel may end memory.
template <class Arch>
FCN_FORCE_INLINE Vec<Arch> load_lanes(const float* from, int n) {
  return n == Vec<Arch>::width ? Vec<Arch>::load(from) : Vec<Arch>::load_first(from, n);
}

/// f(cursor) for every pixel of the slice.
template <class Arch, class F>
FCN_FORCE_INLINE void for_each_pixel(const PixelBand& band, Range pixels, F&& f) {
  auto at = PixelCursor<Arch>::at(pixels.begin, band.images, band.width);
  for (std::ptrdiff_t i = pixels.begin; i < pixels.end; ++i, at.next()) f(at);
}

/// Writes f(c, n), the register of channels c .. c + n - 1, for all channels, and zeros up to the padded
/// width.
template <class Arch, class F>
FCN_FORCE_INLINE void write_pixel(int channels, float* out, F&& f) {
  constexpr int width = Vec<Arch>::width;
  int c = 0;
  for (; c + width <= channels; c += width) f(c, width).store(out + c);
  const int padded = padded_channels<Arch>(channels);
  if (c == padded) return;
  const int left = channels - c;
  if (left > 0) {
    f(c, left).keep_first(left).store(out + c);
    c += width;
  }
  for (; c < padded; c += width) Vec<Arch>::zero().store(out + c);
}

}  // namespace fcn::kernels

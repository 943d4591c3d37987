// SPDX-License-Identifier: MIT
// The window of a pooled pixel, clipped to the map once for all channels: which taps of each row lie inside.
// The pools themselves are in max_pool.hpp and average_pool.hpp.
#pragma once

#include <cstddef>

#include "fcn/kernels/kernel_table.hpp"
#include "fcn/kernels/pixel_cursor.hpp"
#include "fcn/kernels/simd.hpp"

namespace fcn::kernels {

template <class Arch>
struct PoolWindow {
  const float* const* rows;   // of tap ky; null outside the map
  std::ptrdiff_t tap_zero;    // floats from a row to tap kx = 0, which may lie left of the map
  std::ptrdiff_t tap_stride;  // floats between taps
  int first, last;            // taps first .. last - 1 of a row lie inside the map

  FCN_FORCE_INLINE static PoolWindow at(const PoolBand& band, const PixelCursor<Arch>& at) {
    const std::ptrdiff_t column = at.column * band.stride_x - band.pad_left;
    int first = 0, last = band.kernel_w;
    while (first < last && column + first * band.dilation_x < 0) ++first;
    while (last > first && column + (last - 1) * band.dilation_x >= band.in_width) --last;
    return {band.in.row + at.row * band.kernel_h,
            at.image * band.in.image_stride + column * band.in.pixel_stride,
            band.dilation_x * band.in.pixel_stride, first, last};
  }
};

/// f(cursor, window) for every pooled pixel of the slice.
template <class Arch, class F>
FCN_FORCE_INLINE void for_each_window(const PoolBand& band, Range pixels, F&& f) {
  auto at = PixelCursor<Arch>::at(pixels.begin, band.images, band.out_width);
  for (std::ptrdiff_t i = pixels.begin; i < pixels.end; ++i, at.next()) f(at, PoolWindow<Arch>::at(band, at));
}

/// f(tap) with the address of channel 0 of every tap inside the map, ky then kx.
template <class Arch, class F>
FCN_FORCE_INLINE void for_each_tap(const PoolWindow<Arch>& window, int kernel_h, F&& f) {
  for (int ky = 0; ky < kernel_h; ++ky) {
    const float* row = window.rows[ky];
    if (row == nullptr) continue;
    const float* tap = row + window.tap_zero + window.first * window.tap_stride;
    for (int kx = window.first; kx < window.last; ++kx, tap += window.tap_stride) f(tap);
  }
}

}  // namespace fcn::kernels

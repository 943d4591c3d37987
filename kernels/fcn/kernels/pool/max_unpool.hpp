// SPDX-License-Identifier: MIT
// Max-pooling with the places of its values, and the way back: which tap of each window was the greatest
// (max_pool.hpp chooses it), and values put on such taps.
#pragma once

#include "fcn/kernels/kernel_table.hpp"
#include "fcn/kernels/pixelwise.hpp"
#include "fcn/kernels/pool/pool_window.hpp"
#include "fcn/kernels/simd.hpp"

namespace fcn::kernels {

/// Number of the window's first tap inside the map; 0 if there is none.
template <class Arch>
FCN_FORCE_INLINE int first_tap_inside(const PoolBand& band, const PoolWindow<Arch>& window) {
  for (int ky = 0; ky < band.kernel_h; ++ky)
    if (window.rows[ky] != nullptr && window.first < window.last) return ky * band.kernel_w + window.first;
  return 0;
}

template <class Arch>
void max_pool_indices_f32(const PoolBand& band, Range pixels) {
  using V = Vec<Arch>;
  for_each_window<Arch>(band, pixels, [&](const auto& at, const auto& window) FCN_INLINE_LAMBDA {
    const auto first = V::broadcast(static_cast<float>(first_tap_inside<Arch>(band, window)));
    write_pixel<Arch>(band.channels, at.out(band.out), [&](int c, int n) FCN_INLINE_LAMBDA {
      V m = V::broadcast(-__builtin_inff()), index = first;
      for (int ky = 0; ky < band.kernel_h; ++ky) {
        if (window.rows[ky] == nullptr) continue;
        const float* tap = window.rows[ky] + window.tap_zero + window.first * window.tap_stride + c;
        for (int kx = window.first; kx < window.last; ++kx, tap += window.tap_stride) {
          const V x = load_lanes<Arch>(tap, n);
          const auto greater = V::either(x > m, is_nan(x));
          m = V::select(greater, x, m);
          index = V::select(greater, V::broadcast(static_cast<float>(ky * band.kernel_w + kx)), index);
        }
      }
      return index;
    });
  });
}

template <class Arch>
void max_unpool_f32(const UnpoolBand& band, Range pixels) {
  using V = Vec<Arch>;
  auto at = PixelCursor<Arch>::at(pixels.begin, band.images, band.width);
  for (std::ptrdiff_t i = pixels.begin; i < pixels.end; ++i, at.next()) {
    float* const out = at.out(band.out);
    const int column = band.columns[2 * at.column];
    const auto row = static_cast<std::size_t>(at.row);
    if (band.values.row[row] == nullptr || column < 0) {
      write_pixel<Arch>(band.channels, out, [](int, int) FCN_INLINE_LAMBDA { return V::zero(); });
      continue;
    }
    const int number = band.row_taps[row] * band.kernel_w + band.columns[2 * at.column + 1];
    const auto tap = V::broadcast(static_cast<float>(number));
    const auto pixel = [&](const InputRows& rows) FCN_INLINE_LAMBDA {
      return rows.row[row] + at.image * rows.image_stride + column * rows.pixel_stride;
    };
    const float* const values = pixel(band.values);
    const float* const indices = pixel(band.indices);
    write_pixel<Arch>(band.channels, out, [&](int c, int n) FCN_INLINE_LAMBDA {
      const V index = load_lanes<Arch>(indices + c, n);
      return V::select(V::either(index > tap, tap > index), V::zero(), load_lanes<Arch>(values + c, n));
    });
  }
}

}  // namespace fcn::kernels

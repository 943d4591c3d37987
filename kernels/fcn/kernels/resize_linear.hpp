// SPDX-License-Identifier: MIT
// Linear resampling: the mean of two columns of two rows, with weights from the band.
#pragma once

#include <cstddef>

#include "fcn/kernels/kernel_table.hpp"
#include "fcn/kernels/pixel_cursor.hpp"
#include "fcn/kernels/pixelwise.hpp"
#include "fcn/kernels/simd.hpp"

namespace fcn::kernels {

template <class Arch>
void resize_linear_f32(const ResizeBand& band, Range pixels) {
  using V = Vec<Arch>;
  auto at = PixelCursor<Arch>::at(pixels.begin, band.images, band.width);
  for (std::ptrdiff_t i = pixels.begin; i < pixels.end; ++i, at.next()) {
    const std::ptrdiff_t image = at.image * band.in.image_stride;
    const float* upper = band.in.row[2 * at.row] + image;
    const float* lower = band.in.row[2 * at.row + 1] + image;
    const std::ptrdiff_t left = band.columns[2 * at.column] * band.in.pixel_stride;
    const std::ptrdiff_t right = band.columns[2 * at.column + 1] * band.in.pixel_stride;
    const auto u0 = V::broadcast(band.column_weights[2 * at.column]);
    const auto u1 = V::broadcast(band.column_weights[2 * at.column + 1]);
    const auto v0 = V::broadcast(band.row_weights[2 * at.row]);
    const auto v1 = V::broadcast(band.row_weights[2 * at.row + 1]);
    write_pixel<Arch>(band.channels, at.out(band.out), [&](int c, int n) FCN_INLINE_LAMBDA {
      const auto above =
          fma(u1, load_lanes<Arch>(upper + right + c, n), u0 * load_lanes<Arch>(upper + left + c, n));
      const auto below =
          fma(u1, load_lanes<Arch>(lower + right + c, n), u0 * load_lanes<Arch>(lower + left + c, n));
      return fma(v1, below, v0 * above);
    });
  }
}

}  // namespace fcn::kernels

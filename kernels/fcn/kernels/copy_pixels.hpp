// SPDX-License-Identifier: MIT
// Moves whole pixels: padding by a value, edge or mirror, cropping, zeros between pixels, nearest neighbours.
// Which pixel goes where is in the band's tables.
#pragma once

#include <cstddef>

#include "fcn/kernels/kernel_table.hpp"
#include "fcn/kernels/pixel_cursor.hpp"
#include "fcn/kernels/pixelwise.hpp"
#include "fcn/kernels/simd.hpp"

namespace fcn::kernels {

template <class Arch>
void copy_pixels_f32(const CopyPixelsBand& band, Range pixels) {
  const auto fill = Vec<Arch>::broadcast(band.fill);
  auto at = PixelCursor<Arch>::at(pixels.begin, band.images, band.width);
  for (std::ptrdiff_t i = pixels.begin; i < pixels.end; ++i, at.next()) {
    const float* row = band.in.row[at.row];
    const int column = band.columns[at.column];
    float* out = at.out(band.out);
    if (row == nullptr || column < 0) {
      write_pixel<Arch>(band.channels, out, [&](int, int) FCN_INLINE_LAMBDA { return fill; });
    } else {
      const float* from = row + at.image * band.in.image_stride + column * band.in.pixel_stride;
      write_pixel<Arch>(band.channels, out,
                        [&](int c, int n) FCN_INLINE_LAMBDA { return load_lanes<Arch>(from + c, n); });
    }
  }
}

}  // namespace fcn::kernels

// SPDX-License-Identifier: MIT
// Walks the output pixels of a band in their numbering (row by row, image by image, column by column) without
// dividing at each. Templates on Arch only so that each arch unit has its own symbols.
#pragma once

#include <cstddef>

#include "fcn/kernels/kernel_table.hpp"
#include "fcn/kernels/simd.hpp"

namespace fcn::kernels {

template <class Arch>
struct PixelCursor {
  std::ptrdiff_t row;
  std::ptrdiff_t image;
  std::ptrdiff_t column;
  std::ptrdiff_t images;
  std::ptrdiff_t width;

  FCN_FORCE_INLINE static PixelCursor at(std::ptrdiff_t pixel, int images, int width) {
    return {pixel / width / images, pixel / width % images, pixel % width, images, width};
  }

  FCN_FORCE_INLINE void next() {
    if (++column < width) return;
    column = 0;
    if (++image < images) return;
    image = 0;
    ++row;
  }

  FCN_FORCE_INLINE const float* in(const InputRows& rows) const {
    return rows.row[row] + image * rows.image_stride + column * rows.pixel_stride;
  }
  FCN_FORCE_INLINE float* out(const OutputRows& rows) const {
    return rows.row[row] + image * rows.image_stride + column * rows.pixel_stride;
  }
};

/// Channels rounded up to what a written pixel holds.
template <class Arch>
FCN_FORCE_INLINE int padded_channels(int channels) {
  return (channels + kChannelQuantum - 1) / kChannelQuantum * kChannelQuantum;
}

/// How many of the lanes of the register at channel c count.
template <class Arch>
FCN_FORCE_INLINE int lanes_at(int c, int channels) {
  const int left = channels - c;
  return left >= Vec<Arch>::width ? Vec<Arch>::width : left > 0 ? left : 0;
}

}  // namespace fcn::kernels

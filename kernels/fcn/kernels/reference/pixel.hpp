// SPDX-License-Identifier: MIT
// Where an output pixel lies: the numbering of a band's pixels (row by row, image by image, column by column)
// undone by division, and the zeros that close an output pixel. Shared by the reference kernels only.
#pragma once

#include <cstddef>

#include "fcn/kernels/kernel_table.hpp"

namespace fcn::kernels::reference {

struct Pixel {
  std::ptrdiff_t row;     // in the band
  std::ptrdiff_t image;   // in the batch
  std::ptrdiff_t column;  // in the row
};

inline Pixel pixel_at(std::ptrdiff_t index, int images, int width) {
  return {index / width / images, index / width % images, index % width};
}

inline const float* input_pixel(const InputRows& rows, const Pixel& at) {
  return rows.row[at.row] + at.image * rows.image_stride + at.column * rows.pixel_stride;
}

inline float* output_pixel(const OutputRows& rows, const Pixel& at) {
  return rows.row[at.row] + at.image * rows.image_stride + at.column * rows.pixel_stride;
}

/// Zeros for the channels that only round the pixel up to kChannelQuantum.
inline void write_padding(float* pixel, int channels) {
  for (int c = channels; c % kChannelQuantum != 0; ++c) pixel[c] = 0.0f;
}

/// NaN and -0 become +0.
inline float relu(float x) {
  return x > 0.0f ? x : 0.0f;
}

/// The same with a ceiling: the relu of a convolution.
inline float relu_up_to(float x, float ceiling) {
  const float y = relu(x);
  return ceiling > y ? y : ceiling;
}

}  // namespace fcn::kernels::reference

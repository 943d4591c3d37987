// SPDX-License-Identifier: MIT
// Window walk shared by the reference pools: which columns of the map a window covers. The pools themselves
// are in max_pool.hpp and average_pool.hpp.
#pragma once

#include <cstddef>

#include "fcn/kernels/kernel_table.hpp"
#include "fcn/kernels/reference/pixel.hpp"

namespace fcn::kernels::reference {

/// The tap (ky, kx) of the window of output pixel `at`, or null outside the map.
inline const float* pool_tap(const PoolBand& band, const Pixel& at, int ky, int kx) {
  const float* row = band.in.row[at.row * band.kernel_h + ky];
  const std::ptrdiff_t column = at.column * band.stride_x - band.pad_left + kx * band.dilation_x;
  if (row == nullptr || column < 0 || column >= band.in_width) return nullptr;
  return row + at.image * band.in.image_stride + column * band.in.pixel_stride;
}

}  // namespace fcn::kernels::reference

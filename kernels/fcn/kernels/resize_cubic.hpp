// SPDX-License-Identifier: MIT
// Cubic resampling: the mean of four columns of four rows, with weights from the band.
#pragma once

#include <cstddef>

#include "fcn/kernels/kernel_table.hpp"
#include "fcn/kernels/pixel_cursor.hpp"
#include "fcn/kernels/pixelwise.hpp"
#include "fcn/kernels/simd.hpp"

namespace fcn::kernels {

template <class Arch>
void resize_cubic_f32(const ResizeBand& band, Range pixels) {
  using V = Vec<Arch>;
  constexpr std::size_t taps = 4;
  auto at = PixelCursor<Arch>::at(pixels.begin, band.images, band.width);
  for (std::ptrdiff_t i = pixels.begin; i < pixels.end; ++i, at.next()) {
    const float* const* rows = band.in.row + 4 * at.row;
    const int* columns = band.columns + 4 * at.column;
    const std::ptrdiff_t image = at.image * band.in.image_stride;
    V u[taps], v[taps];
    std::ptrdiff_t tap[taps];
    unroll<Arch, taps>([&]<std::size_t J>() FCN_INLINE_LAMBDA {
      u[J] = V::broadcast(band.column_weights[4 * at.column + static_cast<std::ptrdiff_t>(J)]);
      v[J] = V::broadcast(band.row_weights[4 * at.row + static_cast<std::ptrdiff_t>(J)]);
      tap[J] = image + columns[J] * band.in.pixel_stride;
    });
    write_pixel<Arch>(band.channels, at.out(band.out), [&](int c, int n) FCN_INLINE_LAMBDA {
      const auto along = [&](const float* row) FCN_INLINE_LAMBDA {
        auto sum = u[0] * load_lanes<Arch>(row + tap[0] + c, n);
        sum = fma(u[1], load_lanes<Arch>(row + tap[1] + c, n), sum);
        sum = fma(u[2], load_lanes<Arch>(row + tap[2] + c, n), sum);
        return fma(u[3], load_lanes<Arch>(row + tap[3] + c, n), sum);
      };
      auto sum = v[0] * along(rows[0]);
      sum = fma(v[1], along(rows[1]), sum);
      sum = fma(v[2], along(rows[2]), sum);
      return fma(v[3], along(rows[3]), sum);
    });
  }
}

}  // namespace fcn::kernels

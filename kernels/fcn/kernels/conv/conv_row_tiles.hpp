// SPDX-License-Identifier: MIT
// The outer loops of convolutions with few taps an output (conv_depthwise.hpp, conv_grouped.hpp): finding the
// taps would cost more than multiplying them, so a tile's pixels lie in one row, where one pointer and a
// stride reach them all, and all panels of a tile follow one another, as their channels do in memory.
#pragma once

#include <cstddef>

#include "fcn/kernels/conv/conv_layout.hpp"
#include "fcn/kernels/conv/conv_pixels.hpp"
#include "fcn/kernels/conv/conv_tile.hpp"
#include "fcn/kernels/kernel_table.hpp"
#include "fcn/kernels/pixel_cursor.hpp"
#include "fcn/kernels/simd.hpp"

namespace fcn::kernels {

/// The window of a tile's first pixel, and the way to the next.
template <class Arch>
struct RowWindow {
  const float* const* rows;     // of tap ky
  std::ptrdiff_t tap_zero;      // floats from there to tap kx = 0, channel 0
  std::ptrdiff_t tap_stride;    // floats between taps
  std::ptrdiff_t pixel_stride;  // floats between the windows of neighbouring pixels
  int kernel_h, kernel_w;
};

/// One panel of one tile: all taps, in order, and the store of the block's pixels.
template <class Arch>
using RowTileFunction = void (*)(const PanelWork<Arch>&, const RowWindow<Arch>&, const PixelBlock<Arch>&);

/// `tile(window, block, pixels)` for each tile of at most `most` pixels of a row.
template <class Arch, class Tile>
FCN_FORCE_INLINE void for_row_tiles(const ConvBand& band, Range pixels, std::ptrdiff_t most,
                                    const Tile& tile) {
  const ConvShape& s = band.shape;
  for (std::ptrdiff_t begin = pixels.begin; begin < pixels.end;) {
    const auto first = PixelCursor<Arch>::at(begin, band.images, band.out_width);
    const std::ptrdiff_t left = pixels.end - begin, in_row = band.out_width - first.column;
    const Range segment{begin, begin + (left < in_row ? left : in_row)};
    const std::ptrdiff_t tiles = (segment.end - segment.begin + most - 1) / most;
    for (std::ptrdiff_t t = 0; t < tiles; ++t) {
      const std::ptrdiff_t at = tile_begin<Arch>(segment, tiles, t);
      const auto count = static_cast<int>(tile_begin<Arch>(segment, tiles, t + 1) - at);
      auto cursor = first;
      cursor.column += at - begin;
      const std::ptrdiff_t column = cursor.column * s.stride_x - s.pad_left;
      const RowWindow<Arch> window{
          .rows = band.in.row + cursor.row * s.kernel_h,
          .tap_zero = cursor.image * band.in.image_stride + column * band.in.pixel_stride,
          .tap_stride = s.dilation_x * band.in.pixel_stride,
          .pixel_stride = s.stride_x * band.in.pixel_stride,
          .kernel_h = s.kernel_h,
          .kernel_w = s.kernel_w};
      PixelBlock<Arch> block;
      for (int i = 0; i < count; ++i, cursor.next()) {
        block.out[i] = cursor.out(band.out);
        if (band.residual.row != nullptr) block.residual[i] = cursor.in(band.residual);
      }
      tile(window, block, count);
    }
    begin = segment.end;
  }
}

}  // namespace fcn::kernels

// SPDX-License-Identifier: MIT
// Which output pixels a convolution works on at a time, and where each reads and writes: the indirection that
// replaces an im2col buffer. A tile's pixels follow one another in the band's numbering, so they may lie in
// different rows and images, and a 7 x 7 map fills tiles as well as a wide one.
#pragma once

#include <cstddef>

#include "fcn/kernels/conv/conv_layout.hpp"
#include "fcn/kernels/kernel_table.hpp"
#include "fcn/kernels/pixel_cursor.hpp"
#include "fcn/kernels/simd.hpp"

namespace fcn::kernels {

/// The pixels of up to `tiles` register tiles. They are worked out once and then serve every panel of output
/// channels and every chunk of k. More tiles use a chunk of weights more often, and cost cache for partial
/// sums: 16 tiles of AVX2 hold 6 KiB of them. most_block_tiles() says how many are taken.
template <class Arch>
struct PixelBlock {
  static constexpr std::size_t max_tiles = ConvTile<Arch>::block_tiles;
  static constexpr std::size_t max_pixels = max_tiles * ConvTile<Arch>::mr;

  int tiles;
  int begin[max_tiles + 1];              // tile t has pixels begin[t] .. begin[t + 1] - 1
  const float* const* rows[max_pixels];  // rows[i][ky]: the input row of tap ky
  std::ptrdiff_t tap_zero[max_pixels];   // floats from there to tap kx = 0, channel 0
  float* out[max_pixels];
  const float* residual[max_pixels];  // unset when there is none
};

/// Tiles of a range of pixels, as even as possible: 7 pixels are 4 + 3, not 6 + 1, because a tile of one
/// pixel takes as long as one of four (its few sums wait for each other).
template <class Arch>
FCN_FORCE_INLINE std::ptrdiff_t tile_begin(Range pixels, std::ptrdiff_t tiles, std::ptrdiff_t tile) {
  return pixels.begin + (pixels.end - pixels.begin) * tile / tiles;
}

/// Fills the block with tiles [first, first + count) of `tiles` that the range divides into.
template <class Arch>
void fill_block(PixelBlock<Arch>& block, const ConvBand& band, Range pixels, std::ptrdiff_t tiles,
                std::ptrdiff_t first, std::ptrdiff_t count) {
  const std::ptrdiff_t begin = tile_begin<Arch>(pixels, tiles, first);
  block.tiles = static_cast<int>(count);
  for (std::ptrdiff_t t = 0; t <= count; ++t) {
    block.begin[t] = static_cast<int>(tile_begin<Arch>(pixels, tiles, first + t) - begin);
  }
  auto at = PixelCursor<Arch>::at(begin, band.images, band.out_width);
  for (int i = 0; i < block.begin[count]; ++i, at.next()) {
    const std::ptrdiff_t column = at.column * band.shape.stride_x - band.shape.pad_left;
    block.rows[i] = band.in.row + at.row * band.shape.kernel_h;
    block.tap_zero[i] = at.image * band.in.image_stride + column * band.in.pixel_stride;
    block.out[i] = at.out(band.out);
    if (band.residual.row != nullptr) block.residual[i] = at.in(band.residual);
  }
}

}  // namespace fcn::kernels

// SPDX-License-Identifier: MIT
// A classifier's stem in one pass: a convolution with relu and the 3 x 3 max-pool of stride 2 behind it. A
// stretch of a row is convolved into scratch, pooled along the row from there and merged into the pooled row,
// so the convolution's map, the largest of most networks, never leaves the second-level cache. Not here:
// the convolution itself (conv.hpp, winograd/rows.hpp).
//
//   for rows of the convolution:
//     for stretches of the row:   y = conv(x)                      in scratch
//       for pooled columns:       h = max of three columns of y
//                                 out = max(out, h); carry = h     if the row is also the next one's first
//
// A relu gives positive values or +0 and no NaN, so the order of taking maxima does not show in the bits.
#pragma once

#include <cstddef>

#include "fcn/kernels/conv/conv.hpp"
#include "fcn/kernels/kernel_table.hpp"
#include "fcn/kernels/pixel_cursor.hpp"
#include "fcn/kernels/simd.hpp"
#include "fcn/kernels/winograd/layout.hpp"
#include "fcn/kernels/winograd/rows.hpp"

namespace fcn::kernels {

/// Columns convolved at a time: 32 register tiles, so that what two workers split unevenly still fills tiles;
/// 48 KiB of scratch at 64 channels. A multiple of Winograd's tile.
template <class Arch>
inline constexpr int conv_pool_stretch = 32 * ConvTile<Arch>::mr;

/// Columns left from one stretch to the next: those that the next window shares with the last.
inline constexpr int kPoolOverlap = 2;

/// Floats of a stretch, after which Winograd's scratch begins.
template <class Arch>
std::size_t conv_pool_stretch_floats(const ConvShape& shape) {
  return static_cast<std::size_t>(conv_pool_stretch<Arch> + kPoolOverlap) *
         static_cast<std::size_t>(padded_channels<Arch>(shape.out_channels));
}

template <class Arch>
std::size_t conv_max_pool_scratch_f32(const ConvShape& shape, ConvAlgorithm algorithm) {
  const std::size_t stretch = conv_pool_stretch_floats<Arch>(shape);
  return algorithm == ConvAlgorithm::direct ? stretch
                                            : stretch + winograd_scratch_f32<Arch>(shape, algorithm);
}

/// Pooled columns [begin, end) of one image.
struct PooledColumns {
  std::ptrdiff_t image, begin, end;
};

/// Columns [begin, begin + count) of one row of the convolution, to `to`, padded_channels apart. `begin` is
/// a multiple of Winograd's tile.
template <class Arch>
void convolve_stretch(const ConvPoolBand& band, int row, std::ptrdiff_t image, std::ptrdiff_t begin,
                      std::ptrdiff_t count, float* to, float* winograd_scratch) {
  const ConvBand& conv = band.conv;
  const float* rows[kMostPooledKernelRows];
  const std::ptrdiff_t shift =
      image * conv.in.image_stride + begin * conv.shape.stride_x * conv.in.pixel_stride;
  for (int ky = 0; ky < conv.shape.kernel_h; ++ky)
    rows[ky] = conv.in.row[row * conv.shape.kernel_h + ky] + shift;
  ConvBand part = conv;
  part.images = 1;
  part.out_rows = 1;
  part.out_width = static_cast<int>(count);
  part.relu = true;
  part.in.row = rows;
  part.out = {&to, padded_channels<Arch>(conv.shape.out_channels), 0};
  const Range panels{0, conv_panels_f32<Arch>(conv.shape)};
  if (band.algorithm == ConvAlgorithm::direct) return conv_f32<Arch>(part, {0, count}, panels);
  const int tile = tile_extent(band.algorithm).x;
  winograd_row_tiles<Arch>(part, {0, (count + tile - 1) / tile}, panels, winograd_scratch);
}

/// Merges h, the greatest of the three values (at the map's edge two) of a row of the convolution
/// under a pooled column: out = max(h, with), or h if there is no `with`; then carry = h, if that is wanted.
struct PooledPixel {
  const float* with;
  float* out;
  float* carry;
};

/// One pooled pixel: `taps` columns from `tap` on, `stride` floats apart.
template <class Arch>
FCN_FORCE_INLINE void merge_columns(const float* tap, std::ptrdiff_t taps, std::ptrdiff_t stride,
                                    const PooledPixel& pixel) {
  const float* middle = tap + (taps > 2 ? stride : 0);
  const float* last = tap + (taps - 1) * stride;
  for (std::ptrdiff_t c = 0; c < stride; c += Vec<Arch>::width) {
    const auto h =
        greater(greater(Vec<Arch>::load(tap + c), Vec<Arch>::load(middle + c)), Vec<Arch>::load(last + c));
    const auto merged = pixel.with != nullptr ? greater(h, Vec<Arch>::load(pixel.with + c)) : h;
    merged.store(pixel.out + c);
    if (pixel.carry != nullptr) h.store(pixel.carry + c);
  }
}

/// Convolves row `row` of the band under the columns, stretch by stretch, and merges it into
/// pixel_of(column).
template <class Arch, class PixelOf>
FCN_FORCE_INLINE void pool_conv_row(const ConvPoolBand& band, int row, const PooledColumns& columns,
                                    float* scratch, PixelOf&& pixel_of) {
  const std::ptrdiff_t stride = padded_channels<Arch>(band.conv.shape.out_channels);
  const auto clipped = [&](std::ptrdiff_t column) {
    return column < 0 ? 0 : column > band.conv.out_width ? band.conv.out_width : column;
  };
  const auto first_of = [&](std::ptrdiff_t x) { return clipped(x * 2 - band.pad_left); };
  const auto end_of = [&](std::ptrdiff_t x) { return clipped(x * 2 - band.pad_left + 3); };
  float* const winograd_scratch = scratch + conv_pool_stretch_floats<Arch>(band.conv.shape);
  const int tile = tile_extent(band.algorithm).x;
  const std::ptrdiff_t begin = first_of(columns.begin) / tile * tile;
  const std::ptrdiff_t tiles = (end_of(columns.end - 1) - begin + tile - 1) / tile;
  const std::ptrdiff_t most = conv_pool_stretch<Arch> / tile, stretches = (tiles + most - 1) / most;
  std::ptrdiff_t kept = begin;  // the column at scratch
  std::ptrdiff_t x = columns.begin;
  for (std::ptrdiff_t s = 0; s < stretches; ++s) {
    const std::ptrdiff_t from = begin + tiles * s / stretches * tile;
    const std::ptrdiff_t done = clipped(begin + tiles * (s + 1) / stretches * tile);
    convolve_stretch<Arch>(band, row, columns.image, from, done - from, scratch + (from - kept) * stride,
                           winograd_scratch);
    for (; x < columns.end && end_of(x) <= done; ++x) {
      const std::ptrdiff_t first = first_of(x);
      merge_columns<Arch>(scratch + (first - kept) * stride, end_of(x) - first, stride, pixel_of(x));
    }
    const std::ptrdiff_t keep = first_of(x) < done ? first_of(x) : done;
    for (std::ptrdiff_t i = 0; i < (done - keep) * stride; ++i)
      scratch[i] = scratch[(keep - kept) * stride + i];
    kept = keep;
  }
}

/// The pooled rows of the band for some columns of one image.
template <class Arch>
void conv_max_pool_columns(const ConvPoolBand& band, const PooledColumns& columns, float* scratch) {
  const auto pixel = [&](const OutputRows& rows, int row, std::ptrdiff_t x) FCN_INLINE_LAMBDA {
    return rows.row[row] + columns.image * rows.image_stride + x * rows.pixel_stride;
  };
  bool carried = band.resume;
  if (band.lead_rows != 0) {
    pool_conv_row<Arch>(band, 0, columns, scratch, [&](std::ptrdiff_t x) FCN_INLINE_LAMBDA {
      return PooledPixel{nullptr, pixel(band.carry, 0, x), nullptr};
    });
    carried = true;
  }
  for (int r = 0; r < band.out_rows; ++r, carried = true) {
    const int first = band.lead_rows + 2 * r;
    if (first < band.conv.out_rows) {
      pool_conv_row<Arch>(band, first, columns, scratch, [&](std::ptrdiff_t x) FCN_INLINE_LAMBDA {
        return PooledPixel{carried ? pixel(band.carry, 0, x) : nullptr, pixel(band.out, r, x), nullptr};
      });
    } else {  // the window hangs over the map's lower edge
      const std::ptrdiff_t floats = padded_channels<Arch>(band.conv.shape.out_channels);
      for (std::ptrdiff_t x = columns.begin; x < columns.end; ++x)
        for (std::ptrdiff_t c = 0; c < floats; ++c) pixel(band.out, r, x)[c] = pixel(band.carry, 0, x)[c];
    }
    if (first + 1 < band.conv.out_rows) {
      pool_conv_row<Arch>(band, first + 1, columns, scratch, [&](std::ptrdiff_t x) FCN_INLINE_LAMBDA {
        float* out = pixel(band.out, r, x);
        return PooledPixel{out, out, pixel(band.carry, 0, x)};
      });
    }
  }
}

template <class Arch>
void conv_max_pool_f32(const ConvPoolBand& band, Range columns, float* scratch) {
  for (std::ptrdiff_t at = columns.begin; at < columns.end;) {
    const std::ptrdiff_t image = at / band.out_width, begin = at % band.out_width;
    const std::ptrdiff_t left = columns.end - at;
    const std::ptrdiff_t count = left < band.out_width - begin ? left : band.out_width - begin;
    conv_max_pool_columns<Arch>(band, {image, begin, begin + count}, scratch);
    at += count;
  }
}

}  // namespace fcn::kernels

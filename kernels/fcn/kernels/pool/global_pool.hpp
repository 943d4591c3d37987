// SPDX-License-Identifier: MIT
// Mean, sum and maximum over a whole map, gathered band by band while its rows stream by. A row is summed
// before it joins the total, so that a large map's error grows with its height and width, not with their
// product.
#pragma once

#include <cstddef>

#include "fcn/kernels/kernel_table.hpp"
#include "fcn/kernels/pixel_cursor.hpp"
#include "fcn/kernels/pixelwise.hpp"
#include "fcn/kernels/simd.hpp"

namespace fcn::kernels {

/// For each channel of the blocks: acc = finish(row_step(acc, row)), row after row. row_step(acc, column 0,
/// lanes) reads one row's columns.
template <class Arch, class RowStep, class Finish>
FCN_FORCE_INLINE void gather_rows(const GlobalPoolBand& band, Range blocks, float start, RowStep&& row_step,
                                  Finish&& finish) {
  using V = Vec<Arch>;
  const std::ptrdiff_t image_blocks = padded_channels<Arch>(band.channels) / kChannelQuantum;
  for (std::ptrdiff_t block = blocks.begin; block < blocks.end; ++block) {
    const std::ptrdiff_t image = block / image_blocks;
    const int first = static_cast<int>(block % image_blocks) * kChannelQuantum;
    float* out = band.out + image * band.out_image_stride;
    for (int c = first; c < first + kChannelQuantum; c += V::width) {
      const int n = lanes_at<Arch>(c, band.channels);
      auto acc = band.first ? V::broadcast(start) : V::load(out + c);
      for (int r = 0; r < band.rows; ++r) {
        acc = row_step(acc, band.in.row[r] + image * band.in.image_stride + c, n);
      }
      acc = finish(acc);
      if (n < V::width) acc = acc.keep_first(n);
      acc.store(out + c);
    }
  }
}

/// Sums of the channels; finish(acc) is what is stored.
template <class Arch, class Finish>
FCN_FORCE_INLINE void gather_sums(const GlobalPoolBand& band, Range blocks, Finish&& finish) {
  using V = Vec<Arch>;
  gather_rows<Arch>(
      band, blocks, 0.0f,
      [&](V acc, const float* column, int n) FCN_INLINE_LAMBDA {
        auto sum = V::zero();
        for (int x = 0; x < band.width; ++x, column += band.in.pixel_stride) {
          sum = sum + load_lanes<Arch>(column, n);
        }
        return acc + sum;
      },
      finish);
}

template <class Arch>
void global_average_pool_f32(const GlobalPoolBand& band, Range blocks) {
  using V = Vec<Arch>;
  const auto cells = V::broadcast(static_cast<float>(band.cells));
  gather_sums<Arch>(band, blocks,
                    [&](V acc) FCN_INLINE_LAMBDA { return band.cells == 0 ? acc : acc / cells; });
}

template <class Arch>
void global_sum_pool_f32(const GlobalPoolBand& band, Range blocks) {
  gather_sums<Arch>(band, blocks, [](Vec<Arch> acc) FCN_INLINE_LAMBDA { return acc; });
}

template <class Arch>
void global_max_pool_f32(const GlobalPoolBand& band, Range blocks) {
  using V = Vec<Arch>;
  gather_rows<Arch>(
      band, blocks, -__builtin_inff(),
      [&](V acc, const float* column, int n) FCN_INLINE_LAMBDA {
        for (int x = 0; x < band.width; ++x, column += band.in.pixel_stride) {
          const auto value = load_lanes<Arch>(column, n);
          acc = V::select(V::either(value > acc, is_nan(value)), value, acc);
        }
        return acc;
      },
      [](V acc) FCN_INLINE_LAMBDA { return acc; });
}

}  // namespace fcn::kernels

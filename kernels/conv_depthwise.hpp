// SPDX-License-Identifier: MIT
// The register tile of a depthwise convolution (one input channel an output channel): channels are lanes of
// input, weights and output alike, so nothing is broadcast. Same tiles, panels and store as conv_tile.hpp.
#pragma once

#include <cstddef>

#include "kernels/conv_pixels.hpp"
#include "kernels/conv_tile.hpp"
#include "kernels/kernel_table.hpp"
#include "kernels/simd.hpp"

namespace fcn::kernels {

/// All taps of one tile. Here `run` counts taps: one of the window's rows.
template <class Arch, std::size_t MR, std::size_t V>
void conv_depthwise_tile_f32(const PanelWork<Arch>& work, const PixelBlock<Arch>& block, int pixel,
                             float* partial) {
  constexpr std::size_t width = Vec<Arch>::size;
  Vec<Arch> acc[MR][V];
  open_tile<Arch, MR, V>(work, partial, acc);
  const float* b = work.weights + V * width;
  // The last register may end within a pixel, and the last pixel may end the memory.
  const int last_lanes = work.channels - static_cast<int>(V - 1) * Vec<Arch>::width;
  for (std::ptrdiff_t k = 0; k < work.k_end; ++k, b += V * width) {
    const std::ptrdiff_t ky = k / work.runs_per_row;
    const std::ptrdiff_t offset = k % work.runs_per_row * work.run_stride + work.in_channel;
    unroll<Arch, MR>([&]<std::size_t I>() FCN_INLINE_LAMBDA {
      const int i = pixel + static_cast<int>(I);
      const float* a = block.rows[i][ky] + block.tap_zero[i] + offset;
      unroll<Arch, V>([&]<std::size_t J>() FCN_INLINE_LAMBDA {
        const bool whole = J < V - 1 || last_lanes == Vec<Arch>::width;
        const auto value =
            whole ? Vec<Arch>::load(a + J * width) : Vec<Arch>::load_first(a + J * width, last_lanes);
        acc[I][J] = fma(value, Vec<Arch>::load(b + J * width), acc[I][J]);
      });
    });
  }
  close_tile<Arch, MR, V>(work, block, pixel, partial, acc);
}

}  // namespace fcn::kernels

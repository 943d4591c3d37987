// SPDX-License-Identifier: MIT
// The register tile of a convolution: MR output pixels times V registers of output channels, accumulated over
// a chunk of k and closed with residual, relu and store. PanelWork holds what all tiles of a panel share. Not
// here: the loops over panels and tiles (conv.hpp).
#pragma once

#include <cstddef>

#include "fcn/kernels/conv/conv_layout.hpp"
#include "fcn/kernels/conv/conv_pixels.hpp"
#include "fcn/kernels/kernel_table.hpp"
#include "fcn/kernels/simd.hpp"

namespace fcn::kernels {

/// One panel's share of a band.
template <class Arch>
struct PanelWork {
  const float* weights;    // the panel: bias, then k rows of `lanes` floats
  std::ptrdiff_t channel;  // first output channel
  int channels;            // that count
  int padding;             // zeros to write after them: the last panel closes the pixel
  bool residual;
  bool relu;
  float ceiling;              // of the relu
  std::ptrdiff_t in_channel;  // first input channel
  std::ptrdiff_t run;  // taps that lie next to each other in memory: whole rows of the window, or pixels
  int runs_per_row;    // 1 or kernel_w
  std::ptrdiff_t run_stride;  // floats between the runs of a row
  std::ptrdiff_t k_begin, k_end;
  bool first_chunk, last_chunk;
};

/// The work of a panel as a single chunk; the loop over chunks cuts it.
template <class Arch>
PanelWork<Arch> panel_work(const ConvBand& band, const ConvLayout<Arch>& layout,
                           const ConvPanel<Arch>& panel) {
  const ConvShape& s = band.shape;
  const std::ptrdiff_t end = panel.channel + panel.channels;
  const std::ptrdiff_t quantum = kChannelQuantum;
  const bool ends_pixel = end == s.out_channels;
  // Pixels that touch make one run of a whole row of the window.
  const bool touching =
      !layout.depthwise && layout.groups == 1 && s.dilation_x == 1 && band.in.pixel_stride == s.in_channels;
  return {.weights = band.weights + panel.offset,
          .channel = panel.channel,
          .channels = static_cast<int>(panel.channels),
          .padding = ends_pixel ? static_cast<int>((quantum - end % quantum) % quantum) : 0,
          .residual = band.residual.row != nullptr,
          .relu = band.relu,
          .ceiling = band.ceiling,
          .in_channel = layout.depthwise || layout.bundle > 1 ? panel.channel : panel.group * layout.group_in,
          .run = touching ? layout.group_in * s.kernel_w : layout.group_in,
          .runs_per_row = touching ? 1 : s.kernel_w,
          .run_stride = s.dilation_x * band.in.pixel_stride,
          .k_begin = 0,
          .k_end = layout.k,
          .first_chunk = true,
          .last_chunk = true};
}

/// What a tile's accumulators start from: the bias, or the partial sums of the chunk before.
template <class Arch, std::size_t MR, std::size_t V>
FCN_FORCE_INLINE void open_tile(const PanelWork<Arch>& work, const float* partial, Vec<Arch> (&acc)[MR][V]) {
  constexpr std::size_t width = Vec<Arch>::size;
  unroll<Arch, MR>([&]<std::size_t I>() FCN_INLINE_LAMBDA {
    unroll<Arch, V>([&]<std::size_t J>() FCN_INLINE_LAMBDA {
      acc[I][J] =
          Vec<Arch>::load(work.first_chunk ? work.weights + J * width : partial + (I * V + J) * width);
    });
  });
}

/// The store of a panel that fills its registers, or that closes the pixel, whose padding takes the rest of
/// the last one and zeros after it.
template <class Arch, std::size_t MR, std::size_t V, bool closing>
FCN_FORCE_INLINE void store_whole(const PanelWork<Arch>& work, const PixelBlock<Arch>& block, int pixel,
                                  Vec<Arch> (&acc)[MR][V]) {
  constexpr int width = Vec<Arch>::width, lanes = static_cast<int>(V) * width;
  const auto ceiling = Vec<Arch>::broadcast(work.ceiling);
  const int last = closing ? work.channels - (lanes - width) : width;
  unroll<Arch, MR>([&]<std::size_t I>() FCN_INLINE_LAMBDA {
    const int i = pixel + static_cast<int>(I);
    unroll<Arch, V>([&]<std::size_t J>() FCN_INLINE_LAMBDA {
      constexpr bool cut = closing && J == V - 1;
      Vec<Arch> value = acc[I][J];
      const std::ptrdiff_t at = work.channel + static_cast<int>(J) * width;
      if (work.residual) {
        const float* residual = block.residual[i] + at;
        value = value + (cut ? Vec<Arch>::load_first(residual, last) : Vec<Arch>::load(residual));
      }
      if (work.relu) value = relu_up_to<Arch>(value, ceiling);
      (cut ? value.keep_first(last) : value).store(block.out[i] + at);
    });
    if (!closing) return;
    for (int c = lanes; c < work.channels + work.padding; c += width)
      Vec<Arch>::zero().store(block.out[i] + work.channel + c);
  });
}

/// The store of a panel that ends within a register and not with the pixel: a neighbouring group's channels
/// are not touched.
template <class Arch, std::size_t MR, std::size_t V>
void store_partial(const PanelWork<Arch>& work, const PixelBlock<Arch>& block, int pixel,
                   const Vec<Arch> (&acc)[MR][V]) {
  constexpr int width = Vec<Arch>::width;
  const auto ceiling = Vec<Arch>::broadcast(work.ceiling);
  for (int i = 0; i < static_cast<int>(MR); ++i) {
    float* out = block.out[pixel + i] + work.channel;
    for (int j = 0; j < static_cast<int>(V); ++j) {
      const int left = work.channels - j * width;
      const int n = left < width ? left : width;
      Vec<Arch> value = acc[i][j];
      if (work.residual) {
        value = value + Vec<Arch>::load_first(block.residual[pixel + i] + work.channel + j * width, n);
      }
      if (work.relu) value = relu_up_to<Arch>(value, ceiling);
      value.store_first(out + j * width, n);
    }
    for (int c = 0; c < work.padding; ++c) out[work.channels + c] = 0.0f;
  }
}

/// Stores a tile's finished sums.
template <class Arch, std::size_t MR, std::size_t V>
FCN_FORCE_INLINE void store_tile(const PanelWork<Arch>& work, const PixelBlock<Arch>& block, int pixel,
                                 Vec<Arch> (&acc)[MR][V]) {
  constexpr int lanes = static_cast<int>(V) * Vec<Arch>::width;
  if (work.channels == lanes && work.padding == 0)
    return store_whole<Arch, MR, V, false>(work, block, pixel, acc);
  const int closed = work.channels + work.padding;
  if (closed >= lanes && closed % Vec<Arch>::width == 0)
    return store_whole<Arch, MR, V, true>(work, block, pixel, acc);
  // A copy, because a function that is not inlined takes its address, and acc must stay in registers.
  Vec<Arch> copy[MR][V];
  unroll<Arch, MR>([&]<std::size_t I>() FCN_INLINE_LAMBDA {
    unroll<Arch, V>([&]<std::size_t J>() FCN_INLINE_LAMBDA { copy[I][J] = acc[I][J]; });
  });
  store_partial<Arch, MR, V>(work, block, pixel, copy);
}

/// Where a tile's accumulators go: out, or, before the last chunk, the partial sums.
template <class Arch, std::size_t MR, std::size_t V>
FCN_FORCE_INLINE void close_tile(const PanelWork<Arch>& work, const PixelBlock<Arch>& block, int pixel,
                                 float* partial, Vec<Arch> (&acc)[MR][V]) {
  if (work.last_chunk) return store_tile<Arch, MR, V>(work, block, pixel, acc);
  unroll<Arch, MR>([&]<std::size_t I>() FCN_INLINE_LAMBDA {
    unroll<Arch, V>([&]<std::size_t J>()
                        FCN_INLINE_LAMBDA { acc[I][J].store(partial + (I * V + J) * Vec<Arch>::size); });
  });
}

/// One tap: V registers of weights at b times the tap's value in each pixel.
template <class Arch, std::size_t MR, std::size_t V>
FCN_FORCE_INLINE void multiply_tap(const float* const (&a)[MR], std::ptrdiff_t k, const float* b,
                                   Vec<Arch> (&acc)[MR][V]) {
  Vec<Arch> weights[V];
  unroll<Arch, V>([&]<std::size_t J>()
                      FCN_INLINE_LAMBDA { weights[J] = Vec<Arch>::load(b + J * Vec<Arch>::size); });
  unroll<Arch, MR>([&]<std::size_t I>() FCN_INLINE_LAMBDA {
    const auto value = Vec<Arch>::broadcast(a[I][k]);
    unroll<Arch, V>([&]<std::size_t J>()
                        FCN_INLINE_LAMBDA { acc[I][J] = fma(value, weights[J], acc[I][J]); });
  });
}

/// Asks for `floats` of the weights half a page ahead: a tile of one or two pixels waits for nothing else.
template <class Arch, std::size_t floats>
FCN_FORCE_INLINE void fetch_ahead(const float* b) {
  constexpr std::size_t ahead = 512;
  for (std::size_t c = 0; c < floats; c += kCacheLine) __builtin_prefetch(b + ahead + c);
}

/// The inner loop: `count` taps in a row. b advances by one row of the panel a tap. Three taps per
/// iteration: the 21 taps of a stem's row leave none over, and with four GCC 12 spills registers of a 6 x 16
/// tile (8 % of the time).
template <class Arch, std::size_t MR, std::size_t V>
FCN_FORCE_INLINE void multiply_run(const float* const (&a)[MR], const float* b, std::ptrdiff_t count,
                                   Vec<Arch> (&acc)[MR][V]) {
  constexpr std::size_t turn = 3, lanes = V * Vec<Arch>::size;
  constexpr auto taps = static_cast<std::ptrdiff_t>(turn);
  std::ptrdiff_t k = 0;
  for (; k + taps <= count; k += taps, b += turn * lanes) {
    if constexpr (MR <= 2) fetch_ahead<Arch, turn * lanes>(b);
    unroll<Arch, turn>([&]<std::size_t T>() FCN_INLINE_LAMBDA {
      multiply_tap<Arch, MR, V>(a, k + static_cast<int>(T), b + T * lanes, acc);
    });
  }
  for (; k < count; ++k, b += lanes) multiply_tap<Arch, MR, V>(a, k, b, acc);
}

/// One chunk of one tile whose first pixel is `pixel` of the block. `partial`: MR * V registers of partial
/// sums.
template <class Arch, std::size_t MR, std::size_t V>
void conv_tile_f32(const PanelWork<Arch>& work, const PixelBlock<Arch>& block, int pixel, float* partial) {
  constexpr std::ptrdiff_t lanes = static_cast<int>(V) * Vec<Arch>::width;
  Vec<Arch> acc[MR][V];
  open_tile<Arch, MR, V>(work, partial, acc);
  const float* b = work.weights + (1 + work.k_begin) * lanes;
  // The first tap's place in the window; divided out only where a chunk begins within it.
  std::ptrdiff_t ky = 0, run_in_row = 0, skipped = 0;
  if (work.k_begin > 0) {
    const std::ptrdiff_t run = work.k_begin / work.run;
    skipped = work.k_begin % work.run;  // taps of the first run that belong to the chunk before
    ky = run / work.runs_per_row;
    run_in_row = run % work.runs_per_row;
  }
  for (std::ptrdiff_t k = work.k_begin; k < work.k_end;) {
    const std::ptrdiff_t left = work.run - skipped;
    const std::ptrdiff_t count = left < work.k_end - k ? left : work.k_end - k;
    const std::ptrdiff_t offset = run_in_row * work.run_stride + work.in_channel + skipped;
    const float* a[MR];
    unroll<Arch, MR>([&]<std::size_t I>() FCN_INLINE_LAMBDA {
      const int i = pixel + static_cast<int>(I);
      a[I] = block.rows[i][ky] + block.tap_zero[i] + offset;
    });
    multiply_run<Arch, MR, V>(a, b, count, acc);
    b += count * lanes;
    k += count;
    skipped = 0;
    if (++run_in_row == work.runs_per_row) {
      run_in_row = 0;
      ++ky;
    }
  }
  close_tile<Arch, MR, V>(work, block, pixel, partial, acc);
}

}  // namespace fcn::kernels

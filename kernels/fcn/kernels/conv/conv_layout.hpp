// SPDX-License-Identifier: MIT
// How a convolution's weights are packed, and what follows for its panels: register tile sizes, panel
// table, packer. Not here: reading pixels (conv_pixels.hpp) or multiplying (conv_tile.hpp).
//
//   packed: group 0 | group 1 | ...        group: panel 0 | panel 1 | ... (all of `nr` channels but the last)
//   panel:  bias [lanes] | k = 0 [lanes] | k = 1 [lanes] | ...      k runs over ky, kx, c; lanes >= channels
//
// Lanes that only fill the last register hold zeros. A depthwise convolution packs as if it were one group
// with a single input channel: its channels are lanes too. So do several narrow groups that share a register
// (a bundle): lane j of row (ky, kx, c) belongs to input channel c of the group of output channel j.
#pragma once

#include <cstddef>

#include "fcn/kernels/kernel_table.hpp"
#include "fcn/kernels/simd.hpp"

namespace fcn::kernels {

/// Floats of a cache line.
inline constexpr int kCacheLine = 16;

/// A register tile: mr output pixels times `vectors` registers of output channels. As large as the register
/// file allows with room for one row of weights and one input value: 16 registers on SSE2 and AVX2, 32 on
/// AVX-512 and NEON. mr is also bounded by the 6 input pointers that fit the general registers of x86-64.
/// chunk_k keeps chunk_k * nr weights (16 to 24 KiB) in the first-level cache while a block of tiles uses
/// them. block_tiles are the most of a block; AVX-512 takes half of them where its chunks stay in that cache.
template <class Arch>
struct ConvTile;
template <>
struct ConvTile<arch::sse2> {
  static constexpr int mr = 2, vectors = 4, chunk_k = 256, block_tiles = 16;
};
template <>
struct ConvTile<arch::avx2> {
  static constexpr int mr = 6, vectors = 2, chunk_k = 256, block_tiles = 16;
};
template <>
struct ConvTile<arch::avx512> {
  static constexpr int mr = 6, vectors = 4, chunk_k = 96, block_tiles = 32;
};
template <>
struct ConvTile<arch::neon> {
  static constexpr int mr = 6, vectors = 4, chunk_k = 256, block_tiles = 16;
};

/// Output channels of a full panel.
template <class Arch>
inline constexpr int conv_nr = ConvTile<Arch>::vectors* Vec<Arch>::width;

template <class Arch>
struct ConvLayout {
  bool depthwise;
  std::ptrdiff_t bundle;  // groups that share a register and count as one below; 1 for none
  std::ptrdiff_t groups;
  std::ptrdiff_t group_in;   // input channels of a group
  std::ptrdiff_t group_out;  // output channels of a group
  std::ptrdiff_t k;          // taps of an output
  std::ptrdiff_t group_panels;
  std::ptrdiff_t group_size;  // floats
};

/// One panel: which channels, and where its weights begin.
template <class Arch>
struct ConvPanel {
  std::ptrdiff_t group;
  std::ptrdiff_t channel;   // first output channel
  std::ptrdiff_t channels;  // that count
  std::ptrdiff_t lanes;     // channels rounded up to whole registers
  std::ptrdiff_t offset;    // floats into the packed weights
};

template <class Arch>
FCN_FORCE_INLINE std::ptrdiff_t whole_registers(std::ptrdiff_t channels) {
  return (channels + Vec<Arch>::width - 1) / Vec<Arch>::width * Vec<Arch>::width;
}

/// How many groups of as many input as output channels share a register (conv_group_bundle.hpp).
template <class Arch>
std::ptrdiff_t bundled_groups(const ConvShape& shape) {
  const std::ptrdiff_t width = Vec<Arch>::width, channels = shape.out_channels / shape.groups;
  const bool fits = (channels == 4 && width >= 8) || (channels == 8 && width == 16);
  const bool square = shape.in_channels == shape.out_channels && shape.groups > 1;
  return fits && square && shape.out_channels % width == 0 ? width / channels : 1;
}

template <class Arch>
ConvLayout<Arch> conv_layout(const ConvShape& shape) {
  const bool depthwise =
      shape.groups > 1 && shape.groups == shape.in_channels && shape.groups == shape.out_channels;
  const std::ptrdiff_t bundle = bundled_groups<Arch>(shape);
  const std::ptrdiff_t groups = depthwise ? 1 : shape.groups / bundle;
  const std::ptrdiff_t group_in = depthwise ? 1 : shape.in_channels / shape.groups;
  const std::ptrdiff_t group_out = shape.out_channels / groups;
  const std::ptrdiff_t k = group_in * shape.kernel_h * shape.kernel_w;
  const std::ptrdiff_t nr = conv_nr<Arch>;
  return {depthwise,
          bundle,
          groups,
          group_in,
          group_out,
          k,
          (group_out + nr - 1) / nr,
          (1 + k) * whole_registers<Arch>(group_out)};
}

template <class Arch>
ConvPanel<Arch> conv_panel(const ConvLayout<Arch>& layout, std::ptrdiff_t panel) {
  const std::ptrdiff_t group = panel / layout.group_panels;
  const std::ptrdiff_t first = panel % layout.group_panels * conv_nr<Arch>;  // within the group
  const std::ptrdiff_t left = layout.group_out - first;
  const std::ptrdiff_t channels = left < conv_nr<Arch> ? left : conv_nr<Arch>;
  return {group, group * layout.group_out + first, channels, whole_registers<Arch>(channels),
          group * layout.group_size + (1 + layout.k) * first};
}

template <class Arch>
std::size_t packed_conv_size_f32(const ConvShape& shape) {
  const auto layout = conv_layout<Arch>(shape);
  return static_cast<std::size_t>(layout.groups * layout.group_size);
}

template <class Arch>
std::ptrdiff_t conv_panels_f32(const ConvShape& shape) {
  const auto layout = conv_layout<Arch>(shape);
  return layout.groups * layout.group_panels;
}

template <class Arch>
void pack_conv_f32(const ConvShape& shape, const float* weights, const float* bias, float* packed) {
  const auto layout = conv_layout<Arch>(shape);
  const std::ptrdiff_t area = static_cast<std::ptrdiff_t>(shape.kernel_h) * shape.kernel_w;
  const std::ptrdiff_t panels = layout.groups * layout.group_panels;
  for (std::ptrdiff_t p = 0; p < panels; ++p) {
    const auto panel = conv_panel<Arch>(layout, p);
    float* to = packed + panel.offset;
    for (std::ptrdiff_t j = 0; j < panel.lanes; ++j) {
      const bool counts = j < panel.channels;
      to[j] = counts && bias != nullptr ? bias[panel.channel + j] : 0.0f;
    }
    to += panel.lanes;
    for (std::ptrdiff_t tap = 0; tap < area; ++tap) {
      for (std::ptrdiff_t c = 0; c < layout.group_in; ++c, to += panel.lanes) {
        const float* from = weights + (panel.channel * layout.group_in + c) * area + tap;
        for (std::ptrdiff_t j = 0; j < panel.lanes; ++j) {
          to[j] = j < panel.channels ? from[j * layout.group_in * area] : 0.0f;
        }
      }
    }
  }
}

}  // namespace fcn::kernels

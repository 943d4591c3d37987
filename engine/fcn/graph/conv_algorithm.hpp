// SPDX-License-Identifier: MIT
// Which algorithm a convolution takes. A property of the layer, fixed when its weights are packed: nothing
// about the picture, the threads, the memory or the arch may enter, because each algorithm rounds
// differently.
#pragma once

#include <algorithm>

#include "fcn/graph/graph.hpp"
#include "fcn/kernels/kernel_table.hpp"

namespace fcn::inline FCN_ABI {

using kernels::ConvAlgorithm;

/// The caller's choice for the whole model.
enum class AlgorithmChoice {
  automatic,  ///< the fastest of each layer
  direct,     ///< no Winograd: for comparison and teaching
};

constexpr const char* to_string(ConvAlgorithm algorithm) {
  switch (algorithm) {
    case ConvAlgorithm::direct:
      return "direct";
    case ConvAlgorithm::winograd2:
      return "winograd2";
    case ConvAlgorithm::winograd4:
      return "winograd4";
    case ConvAlgorithm::polyphase:
      return "polyphase";
    case ConvAlgorithm::rowwise:
      return "rowwise";
  }
  return "unknown";
}

/// Output rows and columns of a tile; a single pixel for direct.
constexpr Extent tile_size(ConvAlgorithm algorithm) {
  const kernels::TileExtent tile = kernels::tile_extent(algorithm);
  return {tile.y, tile.x};
}

/// The stride of the convolution that a tile computes.
constexpr int tile_stride(ConvAlgorithm algorithm) {
  return algorithm == ConvAlgorithm::polyphase || algorithm == ConvAlgorithm::rowwise ? 2 : 1;
}

/// Below this many channels a tile's transforms cost more than its products save.
inline constexpr int kFewestWinogradChannels = 16;
/// The same for stride 2, whose tiles save less.
inline constexpr int kFewestPolyphaseChannels = 32;

inline ConvAlgorithm choose_algorithm(const Conv& conv, AlgorithmChoice choice) {
  const int fewest = std::min(conv.in_channels, conv.out_channels);
  const bool plain = conv.dilation == Extent{1, 1} && conv.groups == 1;
  if (!plain || choice == AlgorithmChoice::direct) return ConvAlgorithm::direct;
  if (conv.kernel == Extent{7, 7} && conv.stride == Extent{2, 2} &&
      conv.in_channels <= kernels::kMostRowWinogradChannels && conv.out_channels >= kFewestWinogradChannels)
    return ConvAlgorithm::rowwise;
  if (conv.kernel != Extent{3, 3}) return ConvAlgorithm::direct;
  if (conv.stride == Extent{2, 2} && fewest >= kFewestPolyphaseChannels) return ConvAlgorithm::polyphase;
  if (conv.stride != Extent{1, 1} || fewest < kFewestWinogradChannels) return ConvAlgorithm::direct;
  return ConvAlgorithm::winograd4;
}

}  // namespace fcn::inline FCN_ABI

// SPDX-License-Identifier: MIT
// Which algorithm a convolution takes. A property of the layer, fixed when its weights are packed: nothing
// about the picture, the threads, the memory or the arch may enter, because each algorithm rounds
// differently.
#pragma once

#include <algorithm>

#include "engine/graph.hpp"

namespace fcn::inline FCN_ABI {

enum class ConvAlgorithm {
  direct,     ///< implicit matrix product
  winograd4,  ///< Winograd F(4x4, 3x3): 4 times fewer
};

/// What a caller allows for the whole model.
enum class AlgorithmChoice {
  automatic,  ///< the fastest of each layer
  direct,     ///< no Winograd: for comparison and teaching
};

constexpr const char* to_string(ConvAlgorithm algorithm) {
  switch (algorithm) {
    case ConvAlgorithm::direct:
      return "direct";
    case ConvAlgorithm::winograd4:
      return "winograd4";
  }
  return "unknown";
}

/// Output rows and columns of a tile; 1 for direct.
constexpr int tile_size(ConvAlgorithm algorithm) {
  return algorithm == ConvAlgorithm::winograd4 ? 4 : 1;
}

/// Below this many channels a tile's transforms cost more than its products save.
inline constexpr int kFewestWinogradChannels = 16;

inline ConvAlgorithm choose_algorithm(const Conv& conv, AlgorithmChoice choice) {
  const bool fits = conv.kernel == Extent{3, 3} && conv.stride == Extent{1, 1} &&
                    conv.dilation == Extent{1, 1} && conv.groups == 1 &&
                    std::min(conv.in_channels, conv.out_channels) >= kFewestWinogradChannels;
  return fits && choice == AlgorithmChoice::automatic ? ConvAlgorithm::winograd4 : ConvAlgorithm::direct;
}

}  // namespace fcn::inline FCN_ABI

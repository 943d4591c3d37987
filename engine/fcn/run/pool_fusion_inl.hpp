// SPDX-License-Identifier: MIT
// Definitions of pool_fusion.hpp: compiled into fcn::runtime, or inline where headers are used alone.
#pragma once

#include "fcn/kernels/kernel_table.hpp"
#include "fcn/run/pool_fusion.hpp"

namespace fcn::inline FCN_ABI {

FCN_INLINE bool fusible_pool(const MaxPool& pool) {
  const Padding& pad = pool.pad;
  const bool small_pad = pad.top <= 1 && pad.left <= 1 && pad.bottom <= 1 && pad.right <= 1;
  return pool.kernel == Extent{3, 3} && pool.stride == Extent{2, 2} && pool.dilation == Extent{1, 1} &&
         small_pad;
}

FCN_INLINE std::optional<NodeId> fusible_conv(const Graph& graph, NodeId id, const std::vector<int>& readers,
                                              const std::vector<ConvAlgorithm>& algorithms) {
  const auto* pool = std::get_if<MaxPool>(&graph.nodes[id].op);
  if (pool == nullptr || !fusible_pool(*pool)) return std::nullopt;
  const NodeId from = graph.nodes[id].inputs[0];
  const auto* conv = std::get_if<Conv>(&graph.nodes[from].op);
  const bool fits = conv != nullptr && conv->relu && conv->ceiling > 0 && !conv->residual &&
                    readers[from] == 1 && tile_size(algorithms[from]).y == 1 &&
                    conv->kernel.y <= kernels::kMostPooledKernelRows;
  return fits ? std::optional(from) : std::nullopt;
}

FCN_INLINE Window composed_window(const Window& conv, const Window& pool) {
  const auto span = [](int kernel, int dilation) { return (kernel - 1) * dilation + 1; };
  return {.kernel = {span(conv.kernel.y, conv.dilation.y) + conv.stride.y * (pool.kernel.y - 1),
                     span(conv.kernel.x, conv.dilation.x) + conv.stride.x * (pool.kernel.x - 1)},
          .stride = {conv.stride.y * pool.stride.y, conv.stride.x * pool.stride.x},
          .dilation = {1, 1},
          .pad = {conv.pad.top + conv.stride.y * pool.pad.top, conv.pad.left + conv.stride.x * pool.pad.left,
                  conv.pad.bottom + conv.stride.y * pool.pad.bottom,
                  conv.pad.right + conv.stride.x * pool.pad.right}};
}

}  // namespace fcn::inline FCN_ABI

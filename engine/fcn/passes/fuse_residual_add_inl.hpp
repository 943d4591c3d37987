// SPDX-License-Identifier: MIT
// Definitions of fuse_residual_add.hpp: compiled into fcn::runtime, or inline where headers are used alone.
#pragma once

#include <cstddef>
#include <variant>
#include <vector>

#include "fcn/passes/fuse_residual_add.hpp"
#include "fcn/passes/rewire.hpp"

namespace fcn::inline FCN_ABI::passes {

FCN_INLINE Status fuse_residual_add(Graph& graph) {
  const std::vector<int> consumers = graph.consumer_counts();
  for (NodeId id = 0; id < graph.nodes.size(); ++id) {
    const auto* add = std::get_if<Add>(&graph.nodes[id].op);
    if (add == nullptr) continue;
    for (std::size_t side = 0; side < 2; ++side) {
      const NodeId producer = graph.nodes[id].inputs[side];
      const NodeId residual = graph.nodes[id].inputs[1 - side];
      auto* conv = std::get_if<Conv>(&graph.nodes[producer].op);
      if (conv == nullptr || conv->relu || conv->residual || consumers[producer] != 1 || residual >= producer)
        continue;
      conv->residual = true;
      conv->relu = add->relu;
      graph.nodes[producer].inputs.push_back(residual);
      replace_uses(graph, id, producer);
      break;
    }
  }
  return remove_dead_nodes(graph);
}

}  // namespace fcn::inline FCN_ABI::passes

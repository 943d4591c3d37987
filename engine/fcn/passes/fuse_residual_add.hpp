// SPDX-License-Identifier: MIT
// The addition that closes a residual block becomes a second input of the convolution before it, so that the
// sum is made in registers. Run after fuse_relu, so that the addition's relu comes along.
#pragma once

#include <cstddef>
#include <variant>
#include <vector>

#include "fcn/graph/graph.hpp"
#include "fcn/passes/rewire.hpp"
#include "fcn/result.hpp"

namespace fcn::inline FCN_ABI::passes {

/// Fuses an addition into the convolution that makes one of its inputs, if nobody else reads that convolution
/// and the other input comes earlier (a later one would break the order of nodes). Others stay additions.
inline Status fuse_residual_add(Graph& graph) {
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

// SPDX-License-Identifier: MIT
// Definitions of rewire.hpp: compiled into fcn::runtime, or inline where headers are used alone.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "fcn/passes/rewire.hpp"

namespace fcn::inline FCN_ABI::passes {

FCN_INLINE void replace_uses(Graph& graph, NodeId from, NodeId to) {
  for (Node& node : graph.nodes)
    for (NodeId& input : node.inputs)
      if (input == from) input = to;
  if (graph.output == from) graph.output = to;
}

FCN_INLINE Status remove_dead_nodes(Graph& graph) {
  std::vector<bool> alive(graph.nodes.size(), false);
  alive[0] = true;
  alive[graph.output] = true;
  // Inputs precede their consumers, so one backward sweep marks everything.
  for (NodeId id = graph.nodes.size(); id-- > 0;)
    if (alive[id])
      for (const NodeId input : graph.nodes[id].inputs) alive[input] = true;

  std::vector<NodeId> new_id(graph.nodes.size(), 0);
  std::vector<Node> kept;
  for (NodeId id = 0; id < graph.nodes.size(); ++id) {
    if (!alive[id]) continue;
    new_id[id] = kept.size();
    for (NodeId& input : graph.nodes[id].inputs) input = new_id[input];
    kept.push_back(std::move(graph.nodes[id]));
  }
  graph.nodes = std::move(kept);
  graph.output = new_id[graph.output];
  return {};
}

}  // namespace fcn::inline FCN_ABI::passes

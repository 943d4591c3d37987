// SPDX-License-Identifier: MIT
// A relu becomes a flag of the convolution, batch norm or addition before it, which applies it to values that
// are still in registers.
#pragma once

#include <variant>
#include <vector>

#include "engine/graph.hpp"
#include "engine/passes/rewire.hpp"
#include "engine/result.hpp"

namespace fcn::inline FCN_ABI::passes {

/// The relu flag of an op that has one.
inline bool* relu_flag(Op& op) {
  if (auto* conv = std::get_if<Conv>(&op)) return &conv->relu;
  if (auto* norm = std::get_if<BatchNorm>(&op)) return &norm->relu;
  if (auto* add = std::get_if<Add>(&op)) return &add->relu;
  return nullptr;
}

/// Fuses every relu whose producer nobody else reads; one after an op that has its own relu is dropped too.
inline Status fuse_relu(Graph& graph) {
  const std::vector<int> consumers = graph.consumer_counts();
  for (NodeId id = 0; id < graph.nodes.size(); ++id) {
    if (!std::holds_alternative<Relu>(graph.nodes[id].op)) continue;
    const NodeId producer = graph.nodes[id].inputs[0];
    bool* relu = relu_flag(graph.nodes[producer].op);
    if (relu == nullptr || (consumers[producer] != 1 && !*relu)) continue;
    *relu = true;
    replace_uses(graph, id, producer);
  }
  return remove_dead_nodes(graph);
}

}  // namespace fcn::inline FCN_ABI::passes

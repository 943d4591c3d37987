// SPDX-License-Identifier: MIT
// Definitions of find_head.hpp: compiled into fcn::runtime, or inline where headers are used alone.
#pragma once

#include <algorithm>
#include <variant>

#include "fcn/passes/find_head.hpp"

namespace fcn::inline FCN_ABI::passes {

namespace detail {

FCN_INLINE bool collapses(const Op& op, const Shape& in) {
  const Extent whole{in.height, in.width};
  if (const auto* pool = std::get_if<AveragePool>(&op))
    return pool->kernel == whole && pool->pad == Padding{};
  return std::holds_alternative<GlobalAveragePool>(op) || std::holds_alternative<GlobalMaxPool>(op) ||
         std::holds_alternative<GlobalSumPool>(op) || std::holds_alternative<Flatten>(op) ||
         std::holds_alternative<Linear>(op);
}

}  // namespace detail

FCN_INLINE std::vector<Part> find_head(const Graph& graph, const std::vector<Shape>& shapes) {
  std::vector<bool> pooled(graph.nodes.size(), false);
  for (NodeId id = 0; id < graph.nodes.size(); ++id) {
    const Node& node = graph.nodes[id];
    if (std::holds_alternative<Input>(node.op)) continue;
    const bool all =
        std::all_of(node.inputs.begin(), node.inputs.end(), [&](NodeId in) { return pooled[in]; });
    pooled[id] = all || detail::collapses(node.op, shapes[node.inputs[0]]);
  }
  std::vector<Part> parts(graph.nodes.size(), Part::body);
  if (pooled[graph.output]) parts[graph.output] = Part::head;
  for (NodeId id = graph.nodes.size(); id-- > 0;) {
    if (!pooled[id]) continue;
    if (parts[id] != Part::head) parts[id] = Part::gate;
    if (parts[id] == Part::head)
      for (const NodeId input : graph.nodes[id].inputs)
        if (pooled[input]) parts[input] = Part::head;
  }
  return parts;
}

}  // namespace fcn::inline FCN_ABI::passes

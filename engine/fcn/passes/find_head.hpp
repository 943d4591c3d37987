// SPDX-License-Identifier: MIT
// Where a classifier's head begins: which nodes only see what a pool, or a flatten, made of the whole
// picture, and which of those lead to the output rather than back into the map as a gate.
#pragma once

#include <algorithm>
#include <variant>
#include <vector>

#include "fcn/graph/graph.hpp"

namespace fcn::inline FCN_ABI::passes {

/// Which part of a network a node belongs to.
enum class Part {
  body,  ///< works on a map whose size follows the picture's
  head,  ///< pools or flattens that map, or follows such a node, and leads to the output
  gate,  ///< likewise, but leads back into the map: squeeze-and-excite
};

namespace detail {

/// Whether the op makes one place of the whole of its input, a map of this shape.
inline bool collapses(const Op& op, const Shape& in) {
  const Extent whole{in.height, in.width};
  if (const auto* pool = std::get_if<AveragePool>(&op))
    return pool->kernel == whole && pool->pad == Padding{};
  return std::holds_alternative<GlobalAveragePool>(op) || std::holds_alternative<GlobalMaxPool>(op) ||
         std::holds_alternative<GlobalSumPool>(op) || std::holds_alternative<Flatten>(op) ||
         std::holds_alternative<Linear>(op);
}

}  // namespace detail

/// The part of each node; `shapes` are those on the training window. Body throughout if the output belongs to
/// the body.
inline std::vector<Part> find_head(const Graph& graph, const std::vector<Shape>& shapes) {
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

// SPDX-License-Identifier: MIT
// Definitions of fuse_relu.hpp: compiled into fcn::runtime, or inline where headers are used alone.
#pragma once

#include <algorithm>
#include <limits>
#include <variant>
#include <vector>

#include "fcn/passes/fuse_relu.hpp"
#include "fcn/passes/rewire.hpp"

namespace fcn::inline FCN_ABI::passes {

FCN_INLINE bool* relu_flag(Op& op) {
  if (auto* conv = std::get_if<Conv>(&op)) return &conv->relu;
  if (auto* norm = std::get_if<BatchNorm>(&op)) return &norm->relu;
  if (auto* add = std::get_if<Add>(&op)) return &add->relu;
  return nullptr;
}

namespace detail {

FCN_INLINE float relu_ceiling(const Op& op) {
  if (std::holds_alternative<Relu>(op)) return std::numeric_limits<float>::infinity();
  const auto* activation = std::get_if<Activation>(&op);
  const bool clips = activation != nullptr && activation->kind == ActivationKind::clip;
  return clips && activation->alpha == 0 && activation->beta > 0 ? activation->beta : 0;
}

}  // namespace detail

FCN_INLINE Status fuse_relu(Graph& graph) {
  const std::vector<int> consumers = graph.consumer_counts();
  for (NodeId id = 0; id < graph.nodes.size(); ++id) {
    const float ceiling = detail::relu_ceiling(graph.nodes[id].op);
    if (ceiling == 0) continue;
    const bool plain = ceiling == std::numeric_limits<float>::infinity();
    const NodeId producer = graph.nodes[id].inputs[0];
    bool* relu = relu_flag(graph.nodes[producer].op);
    if (relu == nullptr || (consumers[producer] != 1 && !(plain && *relu))) continue;
    auto* conv = std::get_if<Conv>(&graph.nodes[producer].op);
    if (!plain && conv == nullptr) continue;
    *relu = true;
    if (conv != nullptr) conv->ceiling = std::min(conv->ceiling, ceiling);
    replace_uses(graph, id, producer);
  }
  return remove_dead_nodes(graph);
}

}  // namespace fcn::inline FCN_ABI::passes

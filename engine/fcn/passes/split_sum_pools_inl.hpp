// SPDX-License-Identifier: MIT
// Definitions of split_sum_pools.hpp: compiled into fcn::runtime, or inline where headers are used alone.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include "fcn/passes/find_head.hpp"
#include "fcn/passes/split_sum_pools.hpp"

namespace fcn::inline FCN_ABI::passes {

namespace detail {

FCN_INLINE std::string unused_name(const Graph& graph, std::string name) {
  const auto taken = [&] {
    return std::any_of(graph.nodes.begin(), graph.nodes.end(),
                       [&](const Node& node) { return node.name == name; });
  };
  while (taken()) name += '_';
  return name;
}

FCN_INLINE BatchNorm scaling(int channels, float factor) {
  const auto each = [&](float value) {
    return std::vector<float>(static_cast<std::size_t>(channels), value);
  };
  return {.channels = channels,
          .epsilon = 0,
          .weight = each(factor),
          .bias = each(0),
          .mean = each(0),
          .variance = each(1)};
}

}  // namespace detail

FCN_INLINE bool split_sum_pools(Graph& graph, const std::vector<Shape>& shapes) {
  const std::vector<Part> parts = find_head(graph, shapes);
  const auto splits = [&](NodeId id) {
    return parts[id] == Part::head && std::holds_alternative<GlobalSumPool>(graph.nodes[id].op);
  };
  Graph split;
  std::vector<NodeId> moved;
  for (NodeId id = 0; id < graph.nodes.size(); ++id) {
    Node node = graph.nodes[id];
    for (NodeId& input : node.inputs) input = moved[input];
    if (splits(id)) {
      const Shape& in = shapes[graph.nodes[id].inputs[0]];
      const NodeId mean = split.append(node.name, GlobalAveragePool{}, node.inputs);
      node = {detail::unused_name(graph, node.name + ".cells"),
              detail::scaling(in.channels, static_cast<float>(in.height) * static_cast<float>(in.width)),
              {mean}};
    }
    moved.push_back(split.append(std::move(node.name), std::move(node.op), std::move(node.inputs)));
  }
  split.output = moved[graph.output];
  const bool any = split.nodes.size() != graph.nodes.size();
  if (any) graph = std::move(split);
  return any;
}

}  // namespace fcn::inline FCN_ABI::passes

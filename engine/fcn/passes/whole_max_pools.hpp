// SPDX-License-Identifier: MIT
// Exporters without adaptive pools write the maximum over a whole map as a max pool with a window of the
// map's size. Here it becomes a global pool, which to_fcn.hpp handles. Means need no such pass: find_head.hpp
// takes an average pool of the whole map for a head or a gate as it is.
#pragma once

#include <algorithm>
#include <variant>
#include <vector>

#include "fcn/graph/graph.hpp"
#include "fcn/passes/find_head.hpp"

namespace fcn::inline FCN_ABI::passes {

namespace detail {

/// A larger window than networks halve a map with.
inline bool is_larger_than_usual(Extent kernel) {
  constexpr int kLargestUsual = 3;
  return std::min(kernel.y, kernel.x) > kLargestUsual;
}

}  // namespace detail

/// Rewrites max pools whose one window is the whole map; `shapes` are those on the training window. The last
/// pool of a stack that halves the map again and again may see a map of its own size, too, and stays: a
/// window counts where it is larger than such pools have, or where another pool takes the mean or maximum of
/// the same map.
inline void globalise_whole_max_pools(Graph& graph, const std::vector<Shape>& shapes) {
  const auto covers = [&](const Node& node) {
    const auto* pool = std::get_if<MaxPool>(&node.op);
    if (pool == nullptr || pool->pad != Padding{} || pool->dilation != Extent{1, 1}) return false;
    const Shape& in = shapes[node.inputs[0]];
    return pool->kernel == Extent{in.height, in.width};
  };
  const auto is_beside_a_pool = [&](const Node& pool) {
    return std::any_of(graph.nodes.begin(), graph.nodes.end(), [&](const Node& node) {
      const bool pools = std::holds_alternative<AveragePool>(node.op) ||
                         std::holds_alternative<GlobalAveragePool>(node.op) ||
                         std::holds_alternative<GlobalMaxPool>(node.op);
      return pools && node.inputs == pool.inputs && detail::collapses(node.op, shapes[node.inputs[0]]);
    });
  };
  for (Node& node : graph.nodes)
    if (covers(node) &&
        (detail::is_larger_than_usual(std::get<MaxPool>(node.op).kernel) || is_beside_a_pool(node)))
      node.op = GlobalMaxPool{};
}

}  // namespace fcn::inline FCN_ABI::passes

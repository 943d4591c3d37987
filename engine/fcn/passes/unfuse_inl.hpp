// SPDX-License-Identifier: MIT
// Definitions of unfuse.hpp: compiled into fcn::runtime, or inline where headers are used alone.
#pragma once

#include <cmath>
#include <limits>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "fcn/passes/fuse_relu.hpp"
#include "fcn/passes/unfuse.hpp"

namespace fcn::inline FCN_ABI::passes {

namespace detail {

/// Appends nodes to a new graph, under unused names.
class Unfuser {
 public:
  explicit Unfuser(const Graph& graph) {
    for (const Node& node : graph.nodes) names_.insert(node.name);
  }

  /// The node, and those it is split into behind it. `node` reads nodes of the new graph.
  NodeId append(Node node) {
    const std::string name = node.name;
    auto* conv = std::get_if<Conv>(&node.op);
    bool* relu = relu_flag(node.op);
    const bool rectifies = relu != nullptr && std::exchange(*relu, false);
    const float ceiling =
        conv != nullptr ? std::exchange(conv->ceiling, std::numeric_limits<float>::infinity()) : INFINITY;
    const bool adds = conv != nullptr && std::exchange(conv->residual, false);
    const NodeId other = adds ? node.inputs[1] : 0;
    if (adds) node.inputs.resize(1);
    NodeId last = graph_.append(name, std::move(node.op), std::move(node.inputs));
    if (adds) last = graph_.append(unused(name + ".add"), Add{}, {last, other});
    if (!rectifies) return last;
    if (std::isinf(ceiling)) return graph_.append(unused(name + ".relu"), Relu{}, {last});
    return graph_.append(unused(name + ".clip"), Activation{ActivationKind::clip, 0, ceiling}, {last});
  }

  Graph release(NodeId output) && {
    graph_.output = output;
    return std::move(graph_);
  }

 private:
  std::string unused(std::string name) {
    while (!names_.insert(name).second) name += '_';
    return name;
  }

  Graph graph_;
  std::set<std::string> names_;
};

}  // namespace detail

FCN_INLINE Graph unfuse(Graph graph) {
  detail::Unfuser unfuser(graph);
  std::vector<NodeId> now;  ///< by old id, the node that gives its values
  for (Node& node : graph.nodes) {
    for (NodeId& input : node.inputs) input = now[input];
    now.push_back(unfuser.append(std::move(node)));
  }
  return std::move(unfuser).release(now[graph.output]);
}

}  // namespace fcn::inline FCN_ABI::passes

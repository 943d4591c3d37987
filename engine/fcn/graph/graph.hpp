// SPDX-License-Identifier: MIT
// The network as data: a list of nodes in topological order, each an op (ops.hpp) with its inputs. Nothing is
// virtual and nothing here computes; passes (fcn/passes/) rewrite a Graph, infer_shapes()
// (shape_inference.hpp) sizes it, Model packs it, Plan schedules it.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "fcn/config.hpp"
#include "fcn/graph/ops.hpp"

namespace fcn::inline FCN_ABI {

/// Index of a node in Graph::nodes. Inputs always have smaller ids than their consumers.
using NodeId = std::size_t;

struct Node {
  std::string name;  ///< unique in its graph; for imported weights the module's name ("layer1.0.conv1")
  Op op;
  std::vector<NodeId> inputs;
};

/// A network with one picture in (nodes[0], the only Input) and one feature map out (nodes[output]).
struct Graph {
  std::vector<Node> nodes;
  NodeId output = 0;

  /// Appends a node and makes it the output.
  NodeId append(std::string name, Op op, std::vector<NodeId> inputs) {
    nodes.push_back({std::move(name), std::move(op), std::move(inputs)});
    return output = nodes.size() - 1;
  }

  /// For each node, how many nodes read it; the output counts as read once more.
  [[nodiscard]] std::vector<int> consumer_counts() const {
    std::vector<int> counts(nodes.size(), 0);
    for (const Node& node : nodes)
      for (const NodeId input : node.inputs) ++counts[input];
    if (output < counts.size()) ++counts[output];
    return counts;
  }
};

}  // namespace fcn::inline FCN_ABI

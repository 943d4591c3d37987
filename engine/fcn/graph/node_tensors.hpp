// SPDX-License-Identifier: MIT
// Which tensors a node owns, under which names and shapes: the single list that writing, reading and counting
// of weights share.
#pragma once

#include <cstdint>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "fcn/graph/graph.hpp"

namespace fcn::inline FCN_ABI {

/// One tensor of a node. `Values` is std::vector<float>, const for a const node.
template <class Values>
struct NodeTensor {
  const char* suffix;  ///< its name in a file is "<node>.<suffix>", as PyTorch names it
  Values* values;
  std::vector<std::uint64_t> shape;
  bool optional;  ///< a bias that may be absent
  bool may_half;  ///< may be stored as float16: multiplied weights, where a relative error of 2^-11 averages
                  ///< out
  bool learned;   ///< counts as a parameter; running statistics do not
};

/// The tensors of one node, in the order in which files hold them. NodeType is Node or const Node.
template <class NodeType>
auto node_tensors(NodeType& node) {
  using Values = std::conditional_t<std::is_const_v<NodeType>, const std::vector<float>, std::vector<float>>;
  std::vector<NodeTensor<Values>> tensors;
  const auto size = [](int value) { return static_cast<std::uint64_t>(value); };
  if (auto* conv = std::get_if<Conv>(&node.op)) {
    tensors.push_back({"weight",
                       &conv->weights,
                       {size(conv->out_channels), size(conv->in_channels / conv->groups),
                        size(conv->kernel.y), size(conv->kernel.x)},
                       false,
                       true,
                       true});
    tensors.push_back({"bias", &conv->bias, {size(conv->out_channels)}, true, false, true});
  } else if (auto* linear = std::get_if<Linear>(&node.op)) {
    tensors.push_back({"weight",
                       &linear->weights,
                       {size(linear->out_features), size(linear->in_features)},
                       false,
                       true,
                       true});
    tensors.push_back({"bias", &linear->bias, {size(linear->out_features)}, true, false, true});
  } else if (auto* norm = std::get_if<BatchNorm>(&node.op)) {
    const std::vector<std::uint64_t> shape{size(norm->channels)};
    tensors.push_back({"weight", &norm->weight, shape, false, false, true});
    tensors.push_back({"bias", &norm->bias, shape, false, false, true});
    tensors.push_back({"running_mean", &norm->mean, shape, false, false, false});
    tensors.push_back({"running_var", &norm->variance, shape, false, false, false});
  } else if (auto* prelu = std::get_if<PRelu>(&node.op)) {
    tensors.push_back({"weight", &prelu->slope, {size(prelu->channels)}, false, false, true});
  } else if (auto* layer = std::get_if<ChannelNorm>(&node.op)) {
    tensors.push_back({"weight", &layer->weight, {size(layer->channels)}, false, false, true});
    tensors.push_back({"bias", &layer->bias, {size(layer->channels)}, true, false, true});
  } else if (auto* constant = std::get_if<Constant>(&node.op)) {
    const Shape& shape = constant->shape;
    tensors.push_back({"value",
                       &constant->values,
                       {size(shape.channels), size(shape.height), size(shape.width)},
                       false,
                       false,
                       false});
  }
  return tensors;
}

/// Learned values of a graph whose weights are in memory.
inline std::uint64_t count_parameters(const Graph& graph) {
  std::uint64_t count = 0;
  for (const Node& node : graph.nodes)
    for (const auto& tensor : node_tensors(node))
      if (tensor.learned) count += tensor.values->size();
  return count;
}

}  // namespace fcn::inline FCN_ABI

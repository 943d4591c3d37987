// SPDX-License-Identifier: MIT
// The network as data: a list of nodes in topological order, each with plain parameters and, until a Model
// packs them, its weights. Nothing is virtual and nothing here computes; passes (engine/passes/) rewrite a
// Graph, infer_shapes() (shape_inference.hpp) sizes it, Model packs it, Plan schedules it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/config.hpp"

namespace fcn::inline FCN_ABI {

/// Index of a node in Graph::nodes. Inputs always have smaller ids than their consumers.
using NodeId = std::size_t;

/// Height and width of something two-dimensional: a kernel, a stride, a dilation.
struct Extent {
  int y = 1;
  int x = 1;
  friend bool operator==(const Extent&, const Extent&) = default;
};

/// Rows and columns of implicit zeros around a feature map.
struct Padding {
  int top = 0;
  int left = 0;
  int bottom = 0;
  int right = 0;
  friend bool operator==(const Padding&, const Padding&) = default;
};

/// The picture that enters, after preprocessing.
struct Input {
  int channels = 3;
};

/// out[o] = bias[o] + sum over (ky, kx, c) of in[c] * weights[o][c][ky][kx]; then + second input if
/// `residual`, then relu.
struct Conv {
  int in_channels = 0;
  int out_channels = 0;
  Extent kernel;
  Extent stride;
  Extent dilation;
  Padding pad;
  int groups = 1;
  bool residual = false;  ///< a second input of the output's shape is added before the relu
  bool relu = false;
  std::vector<float> weights;  ///< [out][in / groups][ky][kx]; empty once packed
  std::vector<float> bias;     ///< [out], or empty for none
};

/// y = (x - mean) / sqrt(variance + epsilon) * weight + bias, per channel; then relu.
struct BatchNorm {
  int channels = 0;
  double epsilon = 1e-5;
  bool relu = false;
  std::vector<float> weight;
  std::vector<float> bias;
  std::vector<float> mean;
  std::vector<float> variance;
};

struct Relu {};

/// Maximum over each window; padded taps do not take part.
struct MaxPool {
  Extent kernel;
  Extent stride;
  Extent dilation;
  Padding pad;
  bool ceil_mode =
      false;  ///< round the output size up (a window may then hang over the far edge, as in PyTorch)
};

/// Mean over each window.
struct AveragePool {
  Extent kernel;
  Extent stride;
  Padding pad;
  bool ceil_mode = false;
  bool count_include_pad =
      true;  ///< divide by the window's size with its padding, or by the taps inside only
};

/// Mean over the whole feature map: 1 x 1 out, whatever the size.
struct GlobalAveragePool {};

/// a + b, then relu.
struct Add {
  bool relu = false;
};

/// channels x height x width -> (channels * height * width) x 1 x 1, in that (row-major, channel-first)
/// order.
struct Flatten {};

/// Fully connected: out[o] = bias[o] + sum over i of in[i] * weights[o][i]. Its input is flat (1 x 1).
struct Linear {
  int in_features = 0;
  int out_features = 0;
  std::vector<float> weights;  ///< [out][in]
  std::vector<float> bias;     ///< [out], or empty for none
};

/// Softmax over the channels of each pixel.
struct Softmax {};

using Op = std::variant<Input, Conv, BatchNorm, Relu, MaxPool, AveragePool, GlobalAveragePool, Add, Flatten,
                        Linear, Softmax>;

/// The op's name as files and messages spell it.
inline std::string_view op_name(const Op& op) {
  static constexpr std::string_view names[] = {
      "input", "conv",    "batch_norm", "relu",   "max_pool", "average_pool", "global_average_pool",
      "add",   "flatten", "linear",     "softmax"};
  static_assert(std::size(names) == std::variant_size_v<Op>);
  return names[op.index()];
}

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

/// The shape of one image's feature map.
struct Shape {
  int channels = 0;
  int height = 0;
  int width = 0;
  friend bool operator==(const Shape&, const Shape&) = default;
};

}  // namespace fcn::inline FCN_ABI

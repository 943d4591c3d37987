// SPDX-License-Identifier: MIT
// Turns a classifier into a fully convolutional network. On an image of the training window the result is the
// classifier's; on a larger one it is what the classifier would say at every place, computed at once:
//   global average pool        -> average pool of the training window's feature map, stride 1
//   flatten C x H x W, linear  -> H x W convolution (a row of linear weights is laid out as c, y, x: exactly
//   a
//                                 convolution's kernel, so the numbers stay where they are)
//   linear on 1 x 1            -> 1 x 1 convolution; chains of them likewise
// A head that mixes places in another way is refused with the node's name.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "engine/graph.hpp"
#include "engine/model_info.hpp"
#include "engine/passes/rewire.hpp"
#include "engine/result.hpp"
#include "engine/shape_inference.hpp"

namespace fcn::inline FCN_ABI::passes {

namespace detail {

/// Ops that a classifier's head consists of after its pool: none of them looks beside its place.
inline bool is_head_op(const Op& op) {
  if (const auto* conv = std::get_if<Conv>(&op)) return conv->kernel == Extent{1, 1} && !conv->residual;
  return std::holds_alternative<Flatten>(op) || std::holds_alternative<Linear>(op) ||
         std::holds_alternative<Relu>(op) || std::holds_alternative<BatchNorm>(op) ||
         std::holds_alternative<Softmax>(op);
}

/// The nodes from the last one that is not a head op to the output, first to last. In a branching head the
/// walk ends at the branch.
inline std::vector<NodeId> find_head(const Graph& graph) {
  std::vector<NodeId> head{graph.output};
  while (is_head_op(graph.nodes[head.front()].op))
    head.insert(head.begin(), graph.nodes[head.front()].inputs[0]);
  return head;
}

class HeadConverter {
 public:
  HeadConverter(Graph& graph, ModelInfo& info, std::vector<Shape> shapes)
      : graph_(graph), info_(info), shapes_(std::move(shapes)) {}

  Status convert() {
    for (const NodeId id : find_head(graph_)) {
      Node& node = graph_.nodes[id];
      if (std::holds_alternative<GlobalAveragePool>(node.op) ||
          std::holds_alternative<AveragePool>(node.op)) {
        convert_pool(id);
      } else if (std::holds_alternative<Flatten>(node.op)) {
        flattened_.insert(node.inputs[0]);
        replace_uses(graph_, id, node.inputs[0]);
      } else if (std::holds_alternative<Linear>(node.op)) {
        convert_linear(node);
      } else if (std::holds_alternative<Relu>(node.op)) {
        if (flattened_.contains(node.inputs[0])) keep_flattened(id);
      } else if (flattened_.contains(node.inputs.empty() ? id : node.inputs[0]) && spreads(node.inputs[0])) {
        return refuse(node, "it follows a flatten of " + size_text(node.inputs[0]) +
                                ", which only a linear layer can undo");
      }
    }
    if (flattened_.contains(graph_.output) && spreads(graph_.output))
      return refuse(graph_.nodes[graph_.output],
                    "its flattened output of " + size_text(graph_.output) + " has no spatial meaning");
    return {};
  }

 private:
  static Error refuse(const Node& node, const std::string& why) {
    return {ErrorCode::unsupported, "cannot become convolutional: " + why,
            "node " + node.name + " (" + std::string(op_name(node.op)) + ")"};
  }
  [[nodiscard]] bool spreads(NodeId id) const { return shapes_[id].height != 1 || shapes_[id].width != 1; }
  [[nodiscard]] std::string size_text(NodeId id) const {
    const Shape& shape = shapes_[id];
    return std::to_string(shape.channels) + "x" + std::to_string(shape.height) + "x" +
           std::to_string(shape.width);
  }

  /// An op on each value by itself, after a flatten: its map is now the one that was flattened.
  void keep_flattened(NodeId id) {
    flattened_.insert(id);
    shapes_[id] = shapes_[graph_.nodes[id].inputs[0]];
  }

  /// The pool over the training window's whole feature map, global or of that very size.
  void convert_pool(NodeId id) {
    Node& node = graph_.nodes[id];
    const Shape& in = shapes_[node.inputs[0]];
    if (const auto* pool = std::get_if<AveragePool>(&node.op))
      if (pool->kernel != Extent{in.height, in.width} || pool->pad != Padding{}) return;
    node.op = AveragePool{.kernel = {in.height, in.width}, .stride = {1, 1}, .pad = {}};
    info_.classifier_pool = node.name;
  }

  void convert_linear(Node& node) {
    auto& linear = std::get<Linear>(node.op);
    const Shape& in = shapes_[node.inputs[0]];
    Conv conv;
    conv.in_channels = in.channels;
    conv.out_channels = linear.out_features;
    conv.kernel = {in.height, in.width};
    conv.weights = std::move(linear.weights);
    conv.bias = std::move(linear.bias);
    node.op = std::move(conv);
  }

  Graph& graph_;
  ModelInfo& info_;
  std::vector<Shape> shapes_;   ///< of the classifier on its training window, by node
  std::set<NodeId> flattened_;  ///< nodes whose readers saw a flattened map before the conversion
};

}  // namespace detail

/// Converts `graph`, trained on info.window, and names the pool in info.classifier_pool.
inline Status to_fcn(Graph& graph, ModelInfo& info) {
  const Shape window{std::get<Input>(graph.nodes[0].op).channels, info.window.y, info.window.x};
  auto shapes = infer_shapes(graph, window);
  if (!shapes) return shapes.error().at("on the training window");
  info.classifier_pool.clear();
  const Status converted = detail::HeadConverter(graph, info, *std::move(shapes)).convert();
  if (!converted) return converted;
  if (const Status cleaned = remove_dead_nodes(graph); !cleaned) return cleaned;
  for (const Node& node : graph.nodes)
    if (std::holds_alternative<Flatten>(node.op) || std::holds_alternative<Linear>(node.op))
      return Error{ErrorCode::unsupported,
                   "cannot become convolutional: it is not part of the classifier's head",
                   "node " + node.name + " (" + std::string(op_name(node.op)) + ")"};
  const auto map = infer_shapes(graph, window);
  if (!map) return map.error().at("after the conversion");
  const Shape& out = (*map)[graph.output];
  if (out.height == 1 && out.width == 1) return {};
  return Error{ErrorCode::unsupported,
               "not a classifier: on its training window it gives " + std::to_string(out.height) + "x" +
                   std::to_string(out.width) + " places, expected 1x1",
               "node " + graph.nodes[graph.output].name};
}

}  // namespace fcn::inline FCN_ABI::passes

// SPDX-License-Identifier: MIT
// Definitions of to_fcn.hpp: compiled into fcn::runtime, or inline where headers are used alone.
#pragma once

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <variant>

#include "fcn/graph/padded_size.hpp"
#include "fcn/graph/shape_inference.hpp"
#include "fcn/passes/find_head.hpp"
#include "fcn/passes/rewire.hpp"
#include "fcn/passes/split_sum_pools.hpp"
#include "fcn/passes/to_fcn.hpp"
#include "fcn/passes/whole_max_pools.hpp"

namespace fcn::inline FCN_ABI::passes {

namespace detail {

/// Whether an op after the pool reads only its own place.
FCN_INLINE bool keeps_places(const Op& op) {
  if (const auto* conv = std::get_if<Conv>(&op))
    return conv->kernel == Extent{1, 1} && conv->stride == Extent{1, 1} && conv->pad == Padding{};
  return std::holds_alternative<Relu>(op) || std::holds_alternative<Activation>(op) ||
         std::holds_alternative<PRelu>(op) || std::holds_alternative<BatchNorm>(op) ||
         std::holds_alternative<Softmax>(op) || std::holds_alternative<Add>(op) ||
         std::holds_alternative<Arithmetic>(op) || std::holds_alternative<Concat>(op) ||
         std::holds_alternative<SelectChannels>(op) || std::holds_alternative<LocalResponseNorm>(op) ||
         std::holds_alternative<ReduceChannels>(op) || std::holds_alternative<ChannelNorm>(op) ||
         std::holds_alternative<Constant>(op);
}

/// Whether an op treats all values alike, so that it does not matter if they are channels or places.
FCN_INLINE bool keeps_values(const Op& op) {
  return std::holds_alternative<Relu>(op) || std::holds_alternative<Activation>(op) ||
         std::holds_alternative<Add>(op) || std::holds_alternative<Arithmetic>(op);
}

class HeadConverter {
 public:
  HeadConverter(Graph& graph, std::vector<Shape> shapes)
      : graph_(graph), shapes_(std::move(shapes)), parts_(find_head(graph, shapes_)) {}

  Status convert() {
    for (NodeId id = 0; id < graph_.nodes.size(); ++id) {
      Status done;
      if (parts_[id] == Part::head) done = convert_head(id);
      if (parts_[id] == Part::gate) done = convert_gate(id);
      if (!done) return done;
    }
    if (flattened_.contains(graph_.output) && spreads(graph_.output))
      return refuse(graph_.nodes[graph_.output],
                    "its flattened output of " + size_text(graph_.output) + " has no spatial meaning");
    return {};
  }

  [[nodiscard]] const std::vector<HeadChange>& changes() const { return changes_; }
  /// The head's average pool if that is its only pool.
  [[nodiscard]] std::string only_pool() const { return pools_ == 1 ? average_pool_ : ""; }

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
  static std::string place_text(const Shape& shape) {
    return std::to_string(shape.width) + "x" + std::to_string(shape.height);
  }
  void note(NodeId id, std::string found, std::string made) {
    changes_.push_back({graph_.nodes[id].name, std::move(found), std::move(made)});
  }

  Status convert_head(NodeId id) {
    const Node& node = graph_.nodes[id];
    if (node.inputs.empty()) return {};
    const NodeId input = node.inputs[0];
    const bool lies_flat = flattened_.contains(input) && spreads(input);
    if (std::holds_alternative<Flatten>(node.op)) return flatten(id), Status();
    if (std::holds_alternative<Linear>(node.op)) return convert_linear(id), Status();
    if (lies_flat) return keep_flattened(id);
    if (collapses(node.op, shapes_[input])) return convert_pool(id), Status();
    if (keeps_places(node.op)) return {};
    return refuse(node, "it follows the classifier's pool and reads more than its own place");
  }

  /// The pool over the training window's whole feature map, global or of that very size.
  void convert_pool(NodeId id) {
    Node& node = graph_.nodes[id];
    const Shape& in = shapes_[node.inputs[0]];
    const bool average = !std::holds_alternative<GlobalMaxPool>(node.op);
    const std::string kind = average ? "average pool" : "max pool";
    ++pools_;
    if (average) {
      node.op = AveragePool{.kernel = {in.height, in.width}, .stride = {1, 1}, .pad = {}};
      average_pool_ = node.name;
    } else {
      node.op = MaxPool{.kernel = {in.height, in.width}, .stride = {1, 1}, .dilation = {}, .pad = {}};
    }
    note(id, kind + " of the window's whole " + place_text(in) + " map",
         place_text(in) + " " + kind + ", stride 1");
  }

  void flatten(NodeId id) {
    const NodeId input = graph_.nodes[id].inputs[0];
    if (spreads(input))
      note(id, "flatten of a " + size_text(input) + " map", "nothing, the map stays as it is");
    flattened_.insert(input);
    replace_uses(graph_, id, input);
  }

  /// An op on each value by itself, after a flatten: its map is now the one that was flattened.
  Status keep_flattened(NodeId id) {
    const Node& node = graph_.nodes[id];
    const Shape shape = shapes_[node.inputs[0]];
    const bool alike = std::all_of(node.inputs.begin(), node.inputs.end(), [&](NodeId input) {
      return flattened_.contains(input) && shapes_[input] == shape;
    });
    if (!keeps_values(node.op) || !alike)
      return refuse(node, "it follows a flatten of " + size_text(node.inputs[0]) +
                              ", which only a linear layer can undo");
    flattened_.insert(id);
    shapes_[id] = shape;
    return {};
  }

  void convert_linear(NodeId id) {
    Node& node = graph_.nodes[id];
    auto& linear = std::get<Linear>(node.op);
    const Shape& in = shapes_[node.inputs[0]];
    note(id, "linear layer on " + size_text(node.inputs[0]), place_text(in) + " convolution");
    Conv conv;
    conv.in_channels = in.channels;
    conv.out_channels = linear.out_features;
    conv.kernel = {in.height, in.width};
    conv.weights = std::move(linear.weights);
    conv.bias = std::move(linear.bias);
    node.op = std::move(conv);
  }

  /// Ops that weigh the map by the whole picture continue to do so at any size.
  Status convert_gate(NodeId id) {
    Node& node = graph_.nodes[id];
    if (std::holds_alternative<AveragePool>(node.op) && spreads(node.inputs[0])) {
      note(id, "average pool of the whole map that weighs the map", "global average pool");
      node.op = GlobalAveragePool{};
    } else if (std::holds_alternative<GlobalAveragePool>(node.op) ||
               std::holds_alternative<GlobalMaxPool>(node.op) ||
               std::holds_alternative<GlobalSumPool>(node.op)) {
      note(id, "global pool that weighs the map", "the same: it stays global");
    } else if (std::holds_alternative<Flatten>(node.op) || std::holds_alternative<Linear>(node.op)) {
      if (parts_[node.inputs[0]] != Part::gate || spreads(node.inputs[0]))
        return refuse(node, "it is not part of the classifier's head");
      if (std::holds_alternative<Linear>(node.op)) {
        convert_linear(id);
      } else {
        replace_uses(graph_, id, node.inputs[0]);
      }
    }
    return {};
  }

  Graph& graph_;
  std::vector<Shape> shapes_;  ///< of the classifier on its training window, by node
  std::vector<Part> parts_;
  std::set<NodeId> flattened_;  ///< nodes whose readers saw a flattened map before the conversion
  std::vector<HeadChange> changes_;
  int pools_ = 0;
  std::string average_pool_;
};

/// Checks that the converted network gives one place on its window and accepts larger pictures: all of them,
/// or those of info.size_multiple.
FCN_INLINE Status check_fcn(const Graph& graph, const Shape& window, Extent& size_multiple) {
  const auto map = infer_shapes(graph, window);
  if (!map) return map.error().at("after the conversion");
  const Shape& out = (*map)[graph.output];
  if (out.height != 1 || out.width != 1)
    return Error{ErrorCode::unsupported,
                 "not a classifier: on its training window of " + std::to_string(window.width) + "x" +
                     std::to_string(window.height) + " it gives " + std::to_string(out.width) + "x" +
                     std::to_string(out.height) +
                     " places, expected 1x1, or one for each pixel, or for every 2, 4 or 8; choose another "
                     "output, or export the network with its head",
                 "node " + graph.nodes[graph.output].name};
  if (const auto multiple = find_size_multiple(graph, window)) {
    size_multiple = *multiple;
    return {};
  }
  const auto larger = infer_shapes(graph, {window.channels, 2 * window.height, 2 * window.width});
  if (!larger) return larger.error().at("on a picture of twice the training window");
  return Error{
      ErrorCode::unsupported,
      "its branches have equal sizes on some pictures only, and those are not the multiples of one size", ""};
}

}  // namespace detail

FCN_INLINE Status to_fcn(Graph& graph, ModelInfo& info, std::vector<HeadChange>* changes) {
  const Shape window{std::get<Input>(graph.nodes[0].op).channels, info.window.y, info.window.x};
  if (const Status cleaned = remove_dead_nodes(graph); !cleaned) return cleaned;
  auto shapes = infer_shapes(graph, window);
  if (!shapes) return shapes.error().at("on the training window");
  globalise_whole_max_pools(graph, *shapes);
  if (split_sum_pools(graph, *shapes)) shapes = infer_shapes(graph, window);
  detail::HeadConverter converter(graph, *std::move(shapes));
  if (const Status converted = converter.convert(); !converted) return converted;
  info.classifier_pool = converter.only_pool();
  if (changes != nullptr)
    changes->insert(changes->end(), converter.changes().begin(), converter.changes().end());
  if (const Status cleaned = remove_dead_nodes(graph); !cleaned) return cleaned;
  return detail::check_fcn(graph, window, info.size_multiple);
}

}  // namespace fcn::inline FCN_ABI::passes

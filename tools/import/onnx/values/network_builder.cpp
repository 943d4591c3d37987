// SPDX-License-Identifier: MIT
#include "tools/import/onnx/values/network_builder.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "fcn/graph/node_tensors.hpp"
#include "fcn/graph/shape_inference.hpp"
#include "fcn/graph/validate_graph.hpp"

namespace fcn::tools {

namespace {

bool pools_all(const Op& op) {
  return std::holds_alternative<GlobalAveragePool>(op) || std::holds_alternative<GlobalMaxPool>(op) ||
         std::holds_alternative<GlobalSumPool>(op) || std::holds_alternative<Flatten>(op) ||
         std::holds_alternative<Linear>(op);
}

}  // namespace

std::string NetworkBuilder::unique_name() {
  std::string name = name_;
  int& number = last_number_.try_emplace(name_, 1).first->second;
  while (!names_.insert(name).second) name = name_ + "_" + std::to_string(++number);
  return name;
}

void NetworkBuilder::count_weights(const Node& node) {
  for (const auto& tensor : node_tensors(node)) weights_ += tensor.values->size();
  if (weights_ > limits_.max_tensor_bytes / sizeof(float))
    throw Refusal{"the network's weights exceed the limit of " + std::to_string(limits_.max_tensor_bytes) +
                  " bytes"};
}

Feature NetworkBuilder::append_input(int channels, Extent window) {
  const Shape shape{channels, window.y, window.x};
  const NodeId id = graph_.append(unique_name(), Input{.channels = channels}, {});
  shapes_.push_back(shape);
  pooled_.push_back(false);
  return {.node = id, .shape = shape, .view = TensorView::of_map(shape)};
}

Feature NetworkBuilder::append(Op op, std::vector<NodeId> inputs) {
  if (graph_.nodes.size() >= limits_.max_nodes)
    throw Refusal{"makes more than " + std::to_string(limits_.max_nodes) + " nodes"};
  const std::string complaint = op_complaint(op, limits_);
  if (!complaint.empty()) throw Refusal{complaint};
  const NodeId id = graph_.append(unique_name(), std::move(op), std::move(inputs));
  const Shape& picture = shapes_.front();
  const auto shape = infer_shape(graph_.nodes[id], shapes_, picture);
  if (!shape) throw Refusal{shape.error().message};
  count_weights(graph_.nodes[id]);
  shapes_.push_back(*shape);
  const std::vector<NodeId>& from = graph_.nodes[id].inputs;
  const bool one_place = shape->height == 1 && shape->width == 1;
  pooled_.push_back(
      pools_all(graph_.nodes[id].op) ||
      (one_place && std::all_of(from.begin(), from.end(), [&](NodeId input) { return pooled_[input]; })));
  return {.node = id, .shape = *shape, .view = TensorView::of_map(*shape)};
}

std::optional<NodeId> NetworkBuilder::find_map(const std::function<bool(const Shape&)>& fits) const {
  const auto is_map = [&](NodeId id) {
    return !pooled_[id] && (shapes_[id].height > 1 || shapes_[id].width > 1) && fits(shapes_[id]);
  };
  if (is_map(0)) return NodeId{0};
  for (NodeId id = shapes_.size(); id-- > 1;)
    if (is_map(id)) return id;
  return std::nullopt;
}

Feature NetworkBuilder::append_like(Op op, const Feature& in) {
  Feature out = append(std::move(op), {in.node});
  out.view = in.view;
  return out;
}

Feature NetworkBuilder::append_like(Op op, const Feature& a, const Feature& b) {
  Feature out = append(std::move(op), {a.node, b.node});
  out.view = a.view;
  return out;
}

}  // namespace fcn::tools

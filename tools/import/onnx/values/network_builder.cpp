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

/// Whether a window gives as many rows, or columns, as it reads.
template <class Windowed>
bool keeps_size(const Windowed& op, bool columns) {
  const auto keeps = [](int kernel, int stride, int dilation, int before, int after) {
    return stride == 1 && std::int64_t{before} + after == std::int64_t{kernel - 1} * dilation;
  };
  return columns ? keeps(op.kernel.x, op.stride.x, op.dilation.x, op.pad.left, op.pad.right)
                 : keeps(op.kernel.y, op.stride.y, op.dilation.y, op.pad.top, op.pad.bottom);
}

template <class... Ops>
bool is_any_of(const Op& op) {
  return (std::holds_alternative<Ops>(op) || ...);
}

/// The input of whose size along an axis the op's result always is; nothing if there is none.
std::optional<std::size_t> input_of_size(const Op& op, bool columns) {
  const auto with = [&](CropAxes axes) {
    return axes == CropAxes::both || axes == (columns ? CropAxes::columns : CropAxes::rows) ? 1u : 0u;
  };
  if (const auto* crop = std::get_if<CropTo>(&op)) return with(crop->axes);
  if (const auto* center = std::get_if<CenterTo>(&op)) return with(center->axes);
  if (std::holds_alternative<ResizeTo>(op)) return 1;
  if (std::holds_alternative<MaxUnpool>(op)) return 2;
  if (is_any_of<BatchNorm, Relu, Add, Softmax, Activation, PRelu, Concat, SelectChannels, LocalResponseNorm,
                ReduceChannels, ChannelNorm>(op))
    return 0;
  bool keeps = false;
  if (const auto* conv = std::get_if<Conv>(&op)) keeps = keeps_size(*conv, columns);
  if (const auto* pool = std::get_if<MaxPool>(&op)) keeps = keeps_size(*pool, columns);
  if (const auto* pool = std::get_if<AveragePool>(&op)) keeps = keeps_size(*pool, columns);
  if (const auto* pad = std::get_if<Pad>(&op))
    keeps = columns ? pad->pad.left == 0 && pad->pad.right == 0 : pad->pad.top == 0 && pad->pad.bottom == 0;
  return keeps ? std::optional<std::size_t>(0) : std::nullopt;
}

}  // namespace

NodeId NetworkBuilder::find_first_of_size(NodeId id, bool columns) const {
  const auto slot = input_of_size(graph_.nodes[id].op, columns);
  return slot ? first_of_size(graph_.nodes[id].inputs[*slot], columns) : id;
}

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
  first_of_size_.push_back({id, id});
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
  first_of_size_.push_back({find_first_of_size(id, false), find_first_of_size(id, true)});
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

std::optional<NodeId> NetworkBuilder::find_map_of_sizes(NodeId rows, NodeId columns) const {
  const std::array<NodeId, 2> wanted{first_of_size(rows, false), first_of_size(columns, true)};
  const auto found = std::find(first_of_size_.begin(), first_of_size_.end(), wanted);
  if (found == first_of_size_.end()) return std::nullopt;
  return static_cast<NodeId>(found - first_of_size_.begin());
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

// SPDX-License-Identifier: MIT
// Definitions of validate_graph.hpp: compiled into fcn::runtime, or inline where headers are used alone.
#pragma once

#include <cmath>
#include <initializer_list>
#include <limits>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "fcn/base/checked.hpp"
#include "fcn/graph/shape_inference.hpp"
#include "fcn/graph/validate_graph.hpp"
#include "fcn/kernels/kernel_table.hpp"

namespace fcn::inline FCN_ABI {

namespace detail {

FCN_INLINE Error node_error(const Node& node, std::string message, ErrorCode code = ErrorCode::malformed) {
  return {code, std::move(message), "node " + node.name + " (" + std::string(op_name(node.op)) + ")"};
}

/// Checks the numbers of one op. Each visit gives the complaint, or nothing.
struct OpValidator {
  const Limits& limits;

  [[nodiscard]] static std::string in_range(std::string_view what, std::int64_t value, std::int64_t low,
                                            std::int64_t high) {
    if (value >= low && value <= high) return {};
    return std::string(what) + " is " + std::to_string(value) + ", expected " + std::to_string(low) + " to " +
           std::to_string(high);
  }
  static std::string first(std::initializer_list<std::string> complaints) {
    for (const std::string& complaint : complaints)
      if (!complaint.empty()) return complaint;
    return {};
  }
  static std::string channels(std::string_view what, int value) {
    return in_range(what, value, 1, kMaxChannels);
  }
  [[nodiscard]] std::string extent(const std::string& what, Extent value) const {
    return first({in_range(what + "[0]", value.y, 1, limits.max_extent),
                  in_range(what + "[1]", value.x, 1, limits.max_extent)});
  }
  [[nodiscard]] static std::string padding(const Padding& pad, std::int64_t high_y, std::int64_t high_x) {
    return first({in_range("pad[0]", pad.top, 0, high_y), in_range("pad[1]", pad.left, 0, high_x),
                  in_range("pad[2]", pad.bottom, 0, high_y), in_range("pad[3]", pad.right, 0, high_x)});
  }
  /// Less than a pool's span: the first and the last window then reach into the map.
  static std::string pool_padding(const Padding& pad, Extent kernel, Extent dilation) {
    return padding(pad, std::int64_t{dilation.y} * (kernel.y - 1), std::int64_t{dilation.x} * (kernel.x - 1));
  }
  /// A tap's number is kept as a float.
  static std::string tap_numbers(Extent kernel) {
    return in_range("taps of its kernel", std::int64_t{kernel.y} * kernel.x, 1, 1 << 24);
  }
  static std::string values(std::string_view what, std::size_t count, std::uint64_t expected) {
    if (count == 0 || count == expected) return {};
    return std::string(what) + " has " + std::to_string(count) + " values, expected " +
           std::to_string(expected);
  }
  [[nodiscard]] std::string weight_bytes(std::initializer_list<int> dims) const {
    const auto count = checked_product(dims);
    const auto bytes = count ? checked_mul(*count, sizeof(float)) : std::nullopt;
    if (bytes && *bytes <= limits.max_tensor_bytes) return {};
    return "its weights exceed the limit of " + std::to_string(limits.max_tensor_bytes) + " bytes";
  }

  std::string operator()(const Input& op) const { return channels("channels", op.channels); }
  std::string operator()(const Conv& op) const {
    std::string sizes =
        first({channels("in_channels", op.in_channels), channels("out_channels", op.out_channels),
               in_range("groups", op.groups, 1, kMaxChannels), extent("kernel", op.kernel),
               extent("stride", op.stride), extent("dilation", op.dilation),
               padding(op.pad, limits.max_extent, limits.max_extent)});
    if (!sizes.empty()) return sizes;
    if (op.in_channels % op.groups != 0 || op.out_channels % op.groups != 0)
      return "groups is " + std::to_string(op.groups) + ", which does not divide both channel counts";
    if (!(op.ceiling > 0)) return "the ceiling of its relu is not positive";
    const int group = op.in_channels / op.groups;
    std::string weights = weight_bytes({op.out_channels, group, op.kernel.y, op.kernel.x});
    if (!weights.empty()) return weights;
    return first({values("weight", op.weights.size(),
                         *checked_product(
                             std::initializer_list<int>{op.out_channels, group, op.kernel.y, op.kernel.x})),
                  values("bias", op.bias.size(), static_cast<std::uint64_t>(op.out_channels))});
  }
  std::string operator()(const BatchNorm& op) const {
    const auto count = static_cast<std::uint64_t>(op.channels);
    if (!std::isfinite(op.epsilon) || op.epsilon < 0) return "epsilon is negative or not finite";
    return first({channels("channels", op.channels), values("weight", op.weight.size(), count),
                  values("bias", op.bias.size(), count), values("running_mean", op.mean.size(), count),
                  values("running_var", op.variance.size(), count)});
  }
  std::string operator()(const MaxPool& op) const {
    return first({extent("kernel", op.kernel), extent("stride", op.stride), extent("dilation", op.dilation),
                  pool_padding(op.pad, op.kernel, op.dilation)});
  }
  std::string operator()(const AveragePool& op) const {
    return first(
        {extent("kernel", op.kernel), extent("stride", op.stride), pool_padding(op.pad, op.kernel, {1, 1})});
  }
  std::string operator()(const Linear& op) const {
    std::string sizes =
        first({channels("in_features", op.in_features), channels("out_features", op.out_features),
               weight_bytes({op.out_features, op.in_features})});
    if (!sizes.empty()) return sizes;
    return first({values("weight", op.weights.size(),
                         *checked_product(std::initializer_list<int>{op.out_features, op.in_features})),
                  values("bias", op.bias.size(), static_cast<std::uint64_t>(op.out_features))});
  }
  std::string operator()(const Activation& op) const {
    if (!std::isfinite(op.alpha) || !std::isfinite(op.beta)) return "alpha or beta is not finite";
    return op.kind == ActivationKind::clip && op.alpha > op.beta ? "clips to less than nothing: alpha > beta"
                                                                 : "";
  }
  std::string operator()(const PRelu& op) const {
    return first({channels("channels", op.channels),
                  values("weight", op.slope.size(), static_cast<std::uint64_t>(op.channels))});
  }
  std::string operator()(const SelectChannels& op) const {
    if (op.channels.empty() || op.channels.size() > static_cast<std::size_t>(kMaxChannels))
      return "selects " + std::to_string(op.channels.size()) + " channels, expected 1 to " +
             std::to_string(kMaxChannels);
    for (const int channel : op.channels)
      if (channel < 0) return "selects channel " + std::to_string(channel);
    return {};
  }
  std::string operator()(const Pad& op) const {
    if (!std::isfinite(op.value)) return "value is not finite";
    const std::int64_t most = limits.max_extent;
    return first({in_range("pad[0]", op.pad.top, -most, most), in_range("pad[1]", op.pad.left, -most, most),
                  in_range("pad[2]", op.pad.bottom, -most, most),
                  in_range("pad[3]", op.pad.right, -most, most)});
  }
  std::string operator()(const InsertZeros& op) const { return extent("stride", op.stride); }
  std::string operator()(const DepthToSpace& op) const { return extent("block", op.block); }
  std::string operator()(const Resize& op) const {
    if (!std::isfinite(op.cubic_a)) return "cubic_a is not finite";
    return first({extent("up", op.up), extent("down", op.down)});
  }
  std::string operator()(const ResizeTo& op) const {
    return std::isfinite(op.cubic_a) ? "" : "cubic_a is not finite";
  }
  std::string operator()(const CenterTo&) const { return ""; }
  std::string operator()(const CropTo& op) const {
    if ((op.axes == CropAxes::columns && op.top != 0) || (op.axes == CropAxes::rows && op.left != 0))
      return "begins past the first place of an axis that it does not cut";
    return first({in_range("from[0]", op.top, 0, limits.max_extent),
                  in_range("from[1]", op.left, 0, limits.max_extent)});
  }
  std::string operator()(const MaxPoolIndices& op) const {
    return first({extent("kernel", op.kernel), extent("stride", op.stride),
                  pool_padding(op.pad, op.kernel, {1, 1}), tap_numbers(op.kernel)});
  }
  std::string operator()(const MaxUnpool& op) const {
    std::string sizes = first({extent("kernel", op.kernel), extent("stride", op.stride),
                               pool_padding(op.pad, op.kernel, {1, 1}), tap_numbers(op.kernel)});
    if (!sizes.empty() || (op.kernel.y <= op.stride.y && op.kernel.x <= op.stride.x)) return sizes;
    return "its windows overlap, so that several values may meet on one place";
  }
  std::string operator()(const LocalResponseNorm& op) const {
    if (!std::isfinite(op.alpha) || !std::isfinite(op.beta) || !std::isfinite(op.bias))
      return "alpha, beta or bias is not finite";
    if (op.alpha < 0 || op.bias < std::numeric_limits<float>::min())
      return "alpha is negative or bias is not positive";  // a denormal has no logarithm here
    return channels("size", op.size);
  }
  std::string operator()(const ChannelNorm& op) const {
    const auto count = static_cast<std::uint64_t>(op.channels);
    if (!(op.epsilon >= 0 && op.epsilon <= double{std::numeric_limits<float>::max()}))
      return "epsilon is negative or not finite";
    return first({channels("channels", op.channels), values("weight", op.weight.size(), count),
                  values("bias", op.bias.size(), count)});
  }
  std::string operator()(const Constant& op) const {
    const Shape& shape = op.shape;
    std::string sizes =
        first({channels("shape[0]", shape.channels), in_range("shape[1]", shape.height, 1, limits.max_extent),
               in_range("shape[2]", shape.width, 1, limits.max_extent)});
    if (!sizes.empty()) return sizes;
    // Packed, each pixel is rounded up.
    sizes = weight_bytes({round_up(shape.channels, kernels::kChannelQuantum), shape.height, shape.width});
    if (!sizes.empty()) return sizes;
    return values("value", op.values.size(),
                  *checked_product(std::initializer_list<int>{shape.channels, shape.height, shape.width}));
  }
  /// Ops without parameters, or with none that could be wrong.
  template <class PlainOp>
  std::string operator()(const PlainOp&) const {
    return {};
  }
};

/// Name, place and inputs of node `id`.
FCN_INLINE Status validate_wiring(const Graph& graph, NodeId id, std::set<std::string_view>& names,
                                  const Limits& limits) {
  const Node& node = graph.nodes[id];
  if (node.name.empty() || node.name.size() > limits.max_name_bytes)
    return node_error(node, "its name has " + std::to_string(node.name.size()) + " bytes, expected 1 to " +
                                std::to_string(limits.max_name_bytes));
  if (!names.insert(node.name).second) return node_error(node, "another node has the same name");
  if (std::holds_alternative<Input>(node.op) != (id == 0))
    return node_error(node,
                      id == 0 ? "the first node must be the input" : "only the first node may be an input");
  if (!takes_inputs(node.op, node.inputs.size()))
    return node_error(node, "has " + std::to_string(node.inputs.size()) + " inputs, expected " +
                                std::to_string(input_count(node.op)));
  for (const NodeId input : node.inputs)
    if (input >= id) return node_error(node, "reads a node that does not precede it");
  return {};
}

}  // namespace detail

FCN_INLINE std::string op_complaint(const Op& op, const Limits& limits) {
  return std::visit(detail::OpValidator{limits}, op);
}

FCN_INLINE Status validate_graph(const Graph& graph, const Limits& limits) {
  if (graph.nodes.empty()) return Error{ErrorCode::malformed, "the graph has no nodes", ""};
  if (graph.nodes.size() > limits.max_nodes)
    return Error{ErrorCode::limit_exceeded,
                 "the graph has " + std::to_string(graph.nodes.size()) + " nodes, the limit is " +
                     std::to_string(limits.max_nodes),
                 ""};
  std::set<std::string_view> names;
  for (NodeId id = 0; id < graph.nodes.size(); ++id) {
    if (const Status wired = detail::validate_wiring(graph, id, names, limits); !wired) return wired;
    const std::string complaint = op_complaint(graph.nodes[id].op, limits);
    if (!complaint.empty()) return detail::node_error(graph.nodes[id], complaint);
  }
  if (graph.output >= graph.nodes.size())
    return Error{ErrorCode::malformed, "the graph's output does not exist", ""};
  return {};
}

}  // namespace fcn::inline FCN_ABI

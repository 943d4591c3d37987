// SPDX-License-Identifier: MIT
// What slides over a map without weights, or changes its size: pools and padding.
#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include "tools/import/onnx/elementwise.hpp"
#include "tools/import/onnx/lowering.hpp"

namespace fcn::tools {
namespace {

Extent pool_kernel(const NodeCall& call) {
  if (!call.has_attribute("kernel_shape")) throw Refusal{"attribute kernel_shape is missing"};
  return extent_attribute(call, "kernel_shape", {1, 1});
}

std::vector<Value> lower_max_pool(const NodeCall& call, NetworkBuilder& net) {
  MaxPool pool;
  pool.kernel = pool_kernel(call);
  const Feature in = as_map(call.feature(0), net);
  pool.stride = extent_attribute(call, "strides", {1, 1});
  pool.dilation = extent_attribute(call, "dilations", {1, 1});
  pool.pad = window_padding(call, in.shape, pool.kernel, pool.stride, pool.dilation);
  pool.ceil_mode = call.integer("ceil_mode", 0) != 0;
  return {net.append(pool, {in.node})};
}

/// A pool with weights of its own: each tap of each channel counts `weight`.
Conv even_conv(int channels, Extent kernel, float weight) {
  Conv conv;
  conv.in_channels = conv.out_channels = conv.groups = channels;
  conv.kernel = kernel;
  const auto taps = static_cast<std::size_t>(kernel.y) * static_cast<std::size_t>(kernel.x);
  conv.weights.assign(static_cast<std::size_t>(channels) * taps, weight);
  return conv;
}

/// With dilation, which the engine's pools have none of.
Feature dilated_average(const NodeCall& call, const Feature& in, const AveragePool& pool, Extent dilation,
                        NetworkBuilder& net) {
  Conv conv =
      even_conv(in.shape.channels, pool.kernel, 1.0f / static_cast<float>(pool.kernel.y * pool.kernel.x));
  conv.stride = pool.stride;
  conv.dilation = dilation;
  conv.pad = window_padding(call, in.shape, pool.kernel, pool.stride, dilation);
  if (pool.ceil_mode) throw Refusal{"has dilations and ceil_mode, supported is one of them"};
  if (conv.pad != Padding{} && !pool.count_include_pad)
    throw Refusal{"has dilations and padding that does not count, supported is one of them"};
  return net.append(std::move(conv), {in.node});
}

std::vector<Value> lower_average_pool(const NodeCall& call, NetworkBuilder& net) {
  AveragePool pool;
  pool.kernel = pool_kernel(call);
  const Feature in = as_map(call.feature(0), net);
  pool.stride = extent_attribute(call, "strides", {1, 1});
  pool.ceil_mode = call.integer("ceil_mode", 0) != 0;
  pool.count_include_pad = call.integer("count_include_pad", 0) != 0;
  const Extent dilation = extent_attribute(call, "dilations", {1, 1});
  if (dilation != Extent{1, 1}) return {dilated_average(call, in, pool, dilation, net)};
  pool.pad = window_padding(call, in.shape, pool.kernel, pool.stride, {1, 1});
  // An adaptive pool whose output has its input's size on the training window.
  if (pool.kernel == Extent{1, 1} && pool.stride == Extent{1, 1} && pool.pad == Padding{}) return {in};
  return {net.append(pool, {in.node})};
}

/// The p-norm of each window: sums by a convolution.
std::vector<Value> lower_lp_pool(const NodeCall& call, NetworkBuilder& net) {
  const Feature in = as_map(call.feature(0), net);
  const auto p = static_cast<float>(checked_int(call.integer("p", 2), "attribute p", 1, 64));
  Conv conv = even_conv(in.shape.channels, pool_kernel(call), 1);
  conv.stride = extent_attribute(call, "strides", {1, 1});
  conv.dilation = extent_attribute(call, "dilations", {1, 1});
  conv.pad = window_padding(call, in.shape, conv.kernel, conv.stride, conv.dilation);
  if (call.integer("ceil_mode", 0) != 0) throw Refusal{"attribute ceil_mode is 1, supported is 0"};
  const Feature powers = power(activate(in, ActivationKind::abs, net), p, net);
  return {power(net.append(std::move(conv), {powers.node}), 1 / p, net)};
}

std::vector<Value> lower_global_average_pool(const NodeCall& call, NetworkBuilder& net) {
  return {net.append(GlobalAveragePool{}, {as_map(call.feature(0), net).node})};
}

std::vector<Value> lower_global_max_pool(const NodeCall& call, NetworkBuilder& net) {
  return {net.append(GlobalMaxPool{}, {as_map(call.feature(0), net).node})};
}

/// One axis of a Pad: so many before and after; negative ones crop.
struct AxisPad {
  std::int64_t before = 0;
  std::int64_t after = 0;
};

/// The indices along an axis of this size that a pad takes, in order; -1 for a constant.
std::vector<std::int64_t> padded_indices(std::int64_t size, AxisPad pad, const std::string& mode) {
  std::vector<std::int64_t> indices;
  const auto reflected = [&](std::int64_t i) {
    const std::int64_t period = std::max<std::int64_t>(2 * (size - 1), 1);
    const std::int64_t at = (i % period + period) % period;
    return at < size ? at : period - at;
  };
  for (std::int64_t i = -pad.before; i < size + pad.after; ++i) {
    if (i >= 0 && i < size)
      indices.push_back(i);
    else if (mode == "constant")
      indices.push_back(-1);
    else if (mode == "edge")
      indices.push_back(std::clamp<std::int64_t>(i, 0, size - 1));
    else
      indices.push_back(mode == "wrap" ? (i % size + size) % size : reflected(i));
  }
  if (indices.empty()) throw Refusal{"leaves no channel"};
  return indices;
}

/// Channels put before and after, or cut off.
Feature pad_channels(const Feature& in, std::size_t axis, AxisPad pad, const std::string& mode, float value,
                     NetworkBuilder& net) {
  const std::int64_t size = axis_size(in.view.axis(axis));
  std::vector<std::int64_t> indices = padded_indices(size, pad, mode);
  if (std::find(indices.begin(), indices.end(), -1) == indices.end()) return select(in, axis, indices, net);
  if (size != in.shape.channels) throw Refusal{"pads a part of the channels, supported are all of them"};
  // The constant is one more channel, from which all are taken.
  std::vector<std::int64_t> all;
  for (std::int64_t i = 0; i < size; ++i) all.push_back(i);
  const Feature ordered = select(in, axis, all, net);
  const Feature first = net.append(SelectChannels{.channels = {0}}, {ordered.node});
  const Feature constant = activate(first, ActivationKind::clip, net, value, value);
  Feature joined = net.append(Concat{}, {ordered.node, constant.node});
  joined.view = ordered.view.with_axis(axis, {{.axis = MapAxis::channel, .size = size + 1, .stride = 1}});
  for (std::int64_t& index : indices)
    if (index < 0) index = size;
  return select(joined, axis, indices, net);
}

PadMode pad_mode(const std::string& mode) {
  if (mode == "constant") return PadMode::constant;
  if (mode == "edge") return PadMode::edge;
  if (mode == "reflect") return PadMode::reflect;
  throw Refusal{"attribute mode is \"" + mode +
                "\" and it pads rows or columns, supported are constant, edge " + "and reflect there"};
}

/// What a node pads each axis by.
std::vector<AxisPad> read_pads(const NodeCall& call, std::size_t rank) {
  const auto pads = call.list("pads", 1);
  std::vector<std::size_t> axes;
  if (call.has(3)) {
    for (const std::int64_t axis : call.known_integers(3)) axes.push_back(normal_axis(axis, rank));
    normal_axes(call.known_integers(3), rank);
  } else {
    for (std::size_t i = 0; i < rank; ++i) axes.push_back(i);
  }
  if (!pads || pads->size() != 2 * axes.size()) throw Refusal{"its pads are not two numbers an axis"};
  std::vector<AxisPad> result(rank);
  const auto pad = [&](std::size_t i) { return checked_int((*pads)[i], "its padding", -(1 << 20), 1 << 20); };
  for (std::size_t i = 0; i < axes.size(); ++i) result[axes[i]] = {pad(i), pad(axes.size() + i)};
  return result;
}

std::vector<Value> lower_pad(const NodeCall& call, NetworkBuilder& net) {
  Feature in = call.feature(0);
  const std::size_t rank = in.view.rank();
  std::vector<AxisPad> pads = read_pads(call, rank);
  const std::string mode = call.text("mode", "constant");
  const float value = mode == "constant" ? call.scalar("value", 2).value_or(0.0f) : 0.0f;
  for (std::size_t i = 0; i < rank; ++i) {
    const ViewAxis& axis = in.view.axis(i);
    const bool nothing = pads[i].before == 0 && pads[i].after == 0;
    const bool channels = in.view.only_channels(i) && (!axis.empty() || (i == 1 && rank == 4));
    if (nothing || !channels) continue;
    in = pad_channels(in, i, pads[i], mode, value, net);
    pads[i] = {};
  }
  const bool done = std::all_of(pads.begin(), pads.end(),
                                [](const AxisPad& pad) { return pad.before == 0 && pad.after == 0; });
  if (done) return {in};
  in = as_map(in, net);
  if (pads[0].before != 0 || pads[0].after != 0)
    throw Refusal{"pads images, supported are channels, rows and columns"};
  Pad op{.mode = pad_mode(mode), .pad = {}, .value = value};
  op.pad = {static_cast<int>(pads[2].before), static_cast<int>(pads[3].before),
            static_cast<int>(pads[2].after), static_cast<int>(pads[3].after)};
  return {net.append(op, {in.node})};
}

constexpr LoweringRule kWindowsRules[] = {{"AveragePool", lower_average_pool},
                                          {"GlobalAveragePool", lower_global_average_pool},
                                          {"GlobalMaxPool", lower_global_max_pool},
                                          {"LpPool", lower_lp_pool},
                                          {"MaxPool", lower_max_pool},
                                          {"Pad", lower_pad}};

}  // namespace

std::span<const LoweringRule> window_rules() {
  return kWindowsRules;
}

}  // namespace fcn::tools

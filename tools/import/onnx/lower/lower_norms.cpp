// SPDX-License-Identifier: MIT
// Normalisations: by constants (batch norm), or by statistics of each place's channels or of the whole map.
#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "tools/import/onnx/lower/elementwise.hpp"
#include "tools/import/onnx/lower/reduce.hpp"

namespace fcn::tools {
namespace {

/// The channels' values of an input that has one for each index of axis 1.
std::vector<float> by_channel(const NodeCall& call, std::size_t input, const Feature& in) {
  const KnownTensor& known = call.known(input);
  const std::int64_t count = axis_size(in.view.axis(1));
  if (known.dims != Dims{count})
    throw Refusal{"input " + std::to_string(input) + " has the shape " + dims_text(known.dims) +
                  ", expected " + std::to_string(count)};
  KnownTensor shaped = known;
  shaped.dims.insert(shaped.dims.end(), in.view.rank() - 2, 1);
  auto values = channel_values(shaped, in);
  if (!values) throw Refusal{"its axis 1 is not the channels"};
  return *std::move(values);
}

void need_axis_1(const Feature& in) {
  if (in.view.rank() < 2) throw Refusal{"its input has no axis 1"};
}

std::vector<Value> lower_batch_norm(const NodeCall& call, NetworkBuilder& net) {
  const Feature& in = call.feature(0);
  if (call.integer("training_mode", 0) != 0)
    throw Refusal{"attribute training_mode is 1: export the network in evaluation mode (model.eval())"};
  if (call.integer("spatial", 1) != 1) throw Refusal{"attribute spatial is 0, supported is 1"};
  need_axis_1(in);
  BatchNorm norm;
  norm.channels = in.shape.channels;
  norm.epsilon = static_cast<double>(call.real("epsilon", 1e-5f));
  norm.weight = by_channel(call, 1, in);
  norm.bias = by_channel(call, 2, in);
  norm.mean = by_channel(call, 3, in);
  norm.variance = by_channel(call, 4, in);
  return {net.append_like(std::move(norm), in)};
}

/// With the scale and the shift of a node's inputs `at` and `at + 1`, as far as they are given.
Feature scaled_by_inputs(Feature in, const NodeCall& call, std::size_t at, NetworkBuilder& net) {
  if (call.has(at)) in = combine(ArithmeticKind::multiply, in, call.input(at), net);
  if (call.has(at + 1)) in = combine(ArithmeticKind::add, in, call.input(at + 1), net);
  return in;
}

/// Layer norm, and RMS norm, over the last axes.
std::vector<Value> layer_norm(const NodeCall& call, bool center, NetworkBuilder& net) {
  const Feature& in = call.feature(0);
  const std::size_t rank = in.view.rank();
  const std::size_t first = normal_axis(call.integer("axis", -1), rank);
  const double epsilon = static_cast<double>(call.real("epsilon", 1e-5f));
  Axes axes(rank, false);
  std::int64_t size = 1;
  bool channels = !in.view.repeats();
  for (std::size_t i = first; i < rank; ++i) {
    axes[i] = true;
    channels = channels && in.view.only_channels(i);
    size *= axis_size(in.view.axis(i));
  }
  if (!channels || size != in.shape.channels || !call.is_known(1) || (call.has(2) && !call.is_known(2)))
    return {scaled_by_inputs(normalised(in, axes, epsilon, center, net), call, 1, net)};
  const auto values = [&](std::size_t input) {
    auto result = channel_values(call.known(input), in);
    if (!result) throw Refusal{"input " + std::to_string(input) + " is not one value a channel"};
    return *std::move(result);
  };
  ChannelNorm norm{
      .channels = in.shape.channels, .epsilon = epsilon, .center = center, .weight = {}, .bias = {}};
  norm.weight = values(1);
  if (call.has(2)) norm.bias = values(2);
  return {net.append_like(std::move(norm), in)};
}

std::vector<Value> lower_layer_norm(const NodeCall& call, NetworkBuilder& net) {
  return layer_norm(call, true, net);
}

std::vector<Value> lower_rms_norm(const NodeCall& call, NetworkBuilder& net) {
  return layer_norm(call, false, net);
}

/// Over all of the axes behind the channels.
std::vector<Value> lower_instance_norm(const NodeCall& call, NetworkBuilder& net) {
  const Feature& in = call.feature(0);
  if (in.view.rank() < 3) throw Refusal{"its input has no axes behind the channels"};
  Axes axes(in.view.rank(), true);
  axes[0] = axes[1] = false;
  const Feature plain = normalised(in, axes, static_cast<double>(call.real("epsilon", 1e-5f)), true, net);
  BatchNorm scale = scale_and_shift(by_channel(call, 1, in), by_channel(call, 2, in));
  return {net.append_like(std::move(scale), plain)};
}

/// Axis 1 in groups, each normalised with the axes behind. In operator set 18 to 20 scale and shift are one a
/// group, later one a channel.
std::vector<Value> lower_group_norm(const NodeCall& call, NetworkBuilder& net) {
  const Feature& in = call.feature(0);
  need_axis_1(in);
  const Dims dims = in.view.dims();
  const std::int64_t groups = call.integer("num_groups", 0);
  if (groups < 1 || dims[1] % groups != 0)
    throw Refusal{"attribute num_groups is " + std::to_string(groups) + ", which does not divide " +
                  std::to_string(dims[1])};
  Dims grouped = dims;
  grouped[1] = dims[1] / groups;
  grouped.insert(grouped.begin() + 1, groups);
  Feature x = in;
  const auto view = in.view.reshaped(grouped);
  if (!view) throw Refusal{"its groups cut the channels unevenly"};
  x.view = *view;
  Axes axes(grouped.size(), true);
  axes[0] = axes[1] = false;
  x = normalised(x, axes, static_cast<double>(call.real("epsilon", 1e-5f)), true, net);
  const auto shaped = [&](std::size_t input, const Dims& to) {
    KnownTensor known = call.known(input);
    if (known.dims != Dims{element_count(to, std::uint64_t{1} << 20) == 0 ? 0 : to[1] * to[2]})
      throw Refusal{"input " + std::to_string(input) + " has the shape " + dims_text(known.dims) +
                    ", expected " + std::to_string(to[1] * to[2])};
    known.dims = to;
    return std::make_shared<const KnownTensor>(std::move(known));
  };
  Dims to(grouped.size(), 1);
  to[1] = groups;
  if (call.opset() >= 21) to[2] = grouped[2];
  x = combine(ArithmeticKind::multiply, x, Value(shaped(1, to)), net);
  x = combine(ArithmeticKind::add, x, Value(shaped(2, to)), net);
  x.view = *x.view.reshaped(dims);
  return {x};
}

/// (x - mean) / (deviation + 1e-9), as its definition has it.
std::vector<Value> lower_mean_variance(const NodeCall& call, NetworkBuilder& net) {
  const Feature& in = call.feature(0);
  std::vector<std::int64_t> given{0, 2, 3};
  if (call.has_attribute("axes")) given = call.integers("axes");
  Axes axes(in.view.rank(), false);
  for (const std::size_t axis : normal_axes(given, in.view.rank())) axes[axis] = true;
  const Feature x =
      combine(ArithmeticKind::subtract, in, reduce(in, ReductionKind::mean, axes, true, net), net);
  const Feature variance = reduce(square(x, net), ReductionKind::mean, axes, true, net);
  const Feature deviation = scaled(activate(variance, ActivationKind::sqrt, net), 1, 1e-9f, net);
  return {combine(ArithmeticKind::divide, x, deviation, net)};
}

std::vector<Value> lower_response_norm(const NodeCall& call, NetworkBuilder& net) {
  const Feature& in = call.feature(0);
  if (in.view.rank() < 2 || !in.view.only_channels(1) || axis_size(in.view.axis(1)) != in.shape.channels)
    throw Refusal{"its axis 1 is not the channels"};
  if (in.view.axis(1).size() > 1) throw Refusal{"its channels are in another order"};
  LocalResponseNorm norm;
  norm.size = checked_int(call.integer("size", 0), "attribute size", 1, 1 << 20);
  norm.alpha = call.real("alpha", 1e-4f);
  norm.beta = call.real("beta", 0.75f);
  norm.bias = call.real("bias", 1);
  return {net.append_like(norm, in)};
}

constexpr LoweringRule kNormsRules[] = {{"BatchNormalization", lower_batch_norm},
                                        {"GroupNormalization", lower_group_norm, {18, kNewestOpset}},
                                        {"InstanceNormalization", lower_instance_norm},
                                        {"LRN", lower_response_norm},
                                        {"LayerNormalization", lower_layer_norm, {17, kNewestOpset}},
                                        {"MeanVarianceNormalization", lower_mean_variance, {9, kNewestOpset}},
                                        {"RMSNormalization", lower_rms_norm, {23, kNewestOpset}}};

}  // namespace

std::span<const LoweringRule> norm_rules() {
  return kNormsRules;
}

}  // namespace fcn::tools

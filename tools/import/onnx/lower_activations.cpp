// SPDX-License-Identifier: MIT
// Functions of each value by itself, and batch norms.
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "tools/import/onnx/lowering.hpp"

namespace fcn::tools {
namespace {

std::vector<Value> activation(const NodeCall& call, NetworkBuilder& net, ActivationKind kind, float alpha,
                              float beta) {
  return {net.append_like(Activation{.kind = kind, .alpha = alpha, .beta = beta}, call.feature(0))};
}

std::vector<Value> lower_relu(const NodeCall& call, NetworkBuilder& net) {
  return {net.append_like(Relu{}, call.feature(0))};
}

std::vector<Value> lower_leaky_relu(const NodeCall& call, NetworkBuilder& net) {
  return activation(call, net, ActivationKind::leaky_relu, call.real("alpha", 0.01f), 0);
}

std::vector<Value> lower_sigmoid(const NodeCall& call, NetworkBuilder& net) {
  return activation(call, net, ActivationKind::sigmoid, 0, 0);
}

std::vector<Value> lower_hard_sigmoid(const NodeCall& call, NetworkBuilder& net) {
  return activation(call, net, ActivationKind::hard_sigmoid, call.real("alpha", 0.2f),
                    call.real("beta", 0.5f));
}

std::vector<Value> lower_hard_swish(const NodeCall& call, NetworkBuilder& net) {
  return activation(call, net, ActivationKind::hard_swish, 0, 0);
}

std::vector<Value> lower_clip(const NodeCall& call, NetworkBuilder& net) {
  constexpr float most = std::numeric_limits<float>::max();
  const float low = std::max(call.scalar("min", 1).value_or(-most), -most);
  const float high = std::min(call.scalar("max", 2).value_or(most), most);
  if (low == 0 && high == most) return lower_relu(call, net);
  // With its bounds crossed, ONNX gives the upper one.
  return activation(call, net, ActivationKind::clip, std::min(low, high), high);
}

std::vector<float> repeated(const Feature& like, float value) {
  return std::vector<float>(static_cast<std::size_t>(like.shape.channels), value);
}

/// Slopes that are a map themselves: relu(x) - slope relu(-x).
Value prelu_with_map(const Feature& in, const Feature& slope, NetworkBuilder& net) {
  if (in.view != slope.view || in.shape != slope.shape)
    throw Refusal{"its slopes differ in shape from its input"};
  const Feature negated = net.append_like(scale_and_shift(repeated(in, -1), repeated(in, 0)), in);
  const Feature below = net.append_like(Relu{}, negated);
  const Feature above = net.append_like(Relu{}, in);
  const Feature scaled = net.append(Arithmetic{.kind = ArithmeticKind::multiply}, {slope.node, below.node});
  Feature out = net.append(Arithmetic{.kind = ArithmeticKind::subtract}, {above.node, scaled.node});
  out.view = in.view;
  return out;
}

std::vector<Value> lower_prelu(const NodeCall& call, NetworkBuilder& net) {
  const Feature& in = call.feature(0);
  if (!call.is_known(1)) return {prelu_with_map(in, call.feature(1), net)};
  auto slope = channel_values(call.known(1), in);
  if (!slope) throw Refusal{"its slopes differ from place to place, supported is one a channel"};
  return {net.append_like(PRelu{.channels = in.shape.channels, .slope = *std::move(slope)}, in)};
}

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

std::vector<Value> lower_batch_norm(const NodeCall& call, NetworkBuilder& net) {
  const Feature& in = call.feature(0);
  if (call.integer("training_mode", 0) != 0)
    throw Refusal{"attribute training_mode is 1: export the network in evaluation mode (model.eval())"};
  if (call.integer("spatial", 1) != 1) throw Refusal{"attribute spatial is 0, supported is 1"};
  if (in.view.rank() < 2) throw Refusal{"its input has no axis 1"};
  BatchNorm norm;
  norm.channels = in.shape.channels;
  norm.epsilon = static_cast<double>(call.real("epsilon", 1e-5f));
  norm.weight = by_channel(call, 1, in);
  norm.bias = by_channel(call, 2, in);
  norm.mean = by_channel(call, 3, in);
  norm.variance = by_channel(call, 4, in);
  return {net.append_like(std::move(norm), in)};
}

/// Nothing happens at inference.
std::vector<Value> lower_dropout(const NodeCall& call, NetworkBuilder& /*net*/) {
  if (call.has(2)) {
    const std::vector<std::int64_t> training = call.known_integers(2);
    if (training.size() != 1 || training[0] != 0)
      throw Refusal{"input training_mode is set: export the network in evaluation mode (model.eval())"};
  }
  return {call.input(0)};
}

std::vector<Value> lower_identity(const NodeCall& call, NetworkBuilder& /*net*/) {
  return {call.input(0)};
}

/// Between floating-point types; all of them are float32 here.
std::vector<Value> lower_cast(const NodeCall& call, NetworkBuilder& /*net*/) {
  const std::int64_t type = call.integer("to", 0);
  if (type == 1 || type == 10 || type == 11 || type == 16) return {call.input(0)};  // TensorProto's numbers
  throw Refusal{"casts a feature map to type " + std::to_string(type) +
                ", supported are floating-point types"};
}

constexpr LoweringRule kRules[] = {{"BatchNormalization", lower_batch_norm},
                                   {"Cast", lower_cast},
                                   {"Clip", lower_clip},
                                   {"Dropout", lower_dropout},
                                   {"HardSigmoid", lower_hard_sigmoid},
                                   {"HardSwish", lower_hard_swish},
                                   {"Identity", lower_identity},
                                   {"LeakyRelu", lower_leaky_relu},
                                   {"PRelu", lower_prelu},
                                   {"Relu", lower_relu},
                                   {"Sigmoid", lower_sigmoid}};

}  // namespace

std::span<const LoweringRule> activation_rules() {
  return kRules;
}

}  // namespace fcn::tools

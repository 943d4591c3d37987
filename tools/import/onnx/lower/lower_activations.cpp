// SPDX-License-Identifier: MIT
// Functions of each value by itself.
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "tools/import/onnx/lower/elementwise.hpp"

namespace fcn::tools {
namespace {

/// Functions without numbers of their own.
template <ActivationKind kind>
std::vector<Value> lower_plain(const NodeCall& call, NetworkBuilder& net) {
  return {activate(call.feature(0), kind, net)};
}

std::vector<Value> lower_relu(const NodeCall& call, NetworkBuilder& net) {
  return {net.append_like(Relu{}, call.feature(0))};
}

std::vector<Value> lower_exp(const NodeCall& call, NetworkBuilder& net) {
  if (auto probabilities = as_exponential(call.feature(0), net)) return {*probabilities};
  return {activate(call.feature(0), ActivationKind::exp, net)};
}

std::vector<Value> lower_leaky_relu(const NodeCall& call, NetworkBuilder& net) {
  return {activate(call.feature(0), ActivationKind::leaky_relu, net, call.real("alpha", 0.01f))};
}

std::vector<Value> lower_hard_sigmoid(const NodeCall& call, NetworkBuilder& net) {
  return {activate(call.feature(0), ActivationKind::hard_sigmoid, net, call.real("alpha", 0.2f),
                   call.real("beta", 0.5f))};
}

std::vector<Value> lower_clip(const NodeCall& call, NetworkBuilder& net) {
  constexpr float most = std::numeric_limits<float>::max();
  const float low = std::max(call.scalar("min", 1).value_or(-most), -most);
  const float high = std::min(call.scalar("max", 2).value_or(most), most);
  if (low == 0 && high == most) return lower_relu(call, net);
  // With its bounds crossed, ONNX gives the upper one.
  return {activate(call.feature(0), ActivationKind::clip, net, std::min(low, high), high)};
}

std::vector<Value> lower_elu(const NodeCall& call, NetworkBuilder& net) {
  return {activate(call.feature(0), ActivationKind::elu, net, call.real("alpha", 1), 1)};
}

std::vector<Value> lower_selu(const NodeCall& call, NetworkBuilder& net) {
  const float alpha = call.real("alpha", 1.67326319217681884765625f);
  const float gamma = call.real("gamma", 1.05070102214813232421875f);
  return {activate(call.feature(0), ActivationKind::elu, net, gamma * alpha, gamma)};
}

/// alpha elu(x / alpha).
std::vector<Value> lower_celu(const NodeCall& call, NetworkBuilder& net) {
  const float alpha = call.real("alpha", 1);
  if (alpha == 0) throw Refusal{"attribute alpha is 0"};
  const Feature inside = scaled(call.feature(0), 1 / alpha, 0, net);
  if (alpha < 0) throw Refusal{"attribute alpha is negative, supported is above 0"};
  return {scaled(activate(inside, ActivationKind::elu, net, 1, 1), alpha, 0, net)};
}

std::vector<Value> lower_gelu(const NodeCall& call, NetworkBuilder& net) {
  const std::string form = call.text("approximate", "none");
  if (form != "none" && form != "tanh")
    throw Refusal{"attribute approximate is \"" + form + "\", supported are none and tanh"};
  return {activate(call.feature(0), form == "none" ? ActivationKind::gelu : ActivationKind::gelu_tanh, net)};
}

/// x sigmoid(alpha x).
std::vector<Value> lower_swish(const NodeCall& call, NetworkBuilder& net) {
  const Feature& in = call.feature(0);
  const Feature gate = activate(scaled(in, call.real("alpha", 1), 0, net), ActivationKind::sigmoid, net);
  return {combine(ArithmeticKind::multiply, in, gate, net)};
}

std::vector<Value> lower_thresholded_relu(const NodeCall& call, NetworkBuilder& net) {
  if (call.real("alpha", 1) != 0)
    throw Refusal{"attribute alpha is " + std::to_string(call.real("alpha", 1)) +
                  ", supported is 0: it jumps there"};
  return lower_relu(call, net);
}

/// x without its part between -lambd and lambd.
std::vector<Value> lower_shrink(const NodeCall& call, NetworkBuilder& net) {
  const float bound = call.real("lambd", 0.5f);
  if (call.real("bias", 0) != bound || bound < 0)
    throw Refusal{"attributes lambd and bias differ, supported is the shrink that does not jump"};
  const Feature& in = call.feature(0);
  const Feature above = net.append_like(Relu{}, scaled(in, 1, -bound, net));
  const Feature below = net.append_like(Relu{}, scaled(in, -1, -bound, net));
  return {combine(ArithmeticKind::subtract, above, below, net)};
}

std::vector<Value> lower_negative(const NodeCall& call, NetworkBuilder& net) {
  return {scaled(call.feature(0), -1, 0, net)};
}

std::vector<Value> lower_reciprocal(const NodeCall& call, NetworkBuilder& net) {
  return {power(call.feature(0), -1, net)};
}

/// Slopes that are a map themselves: relu(x) - slope relu(-x).
Value prelu_with_map(const Feature& in, const Feature& slope, NetworkBuilder& net) {
  const Feature below = net.append_like(Relu{}, scaled(in, -1, 0, net));
  const Feature above = net.append_like(Relu{}, in);
  return combine(ArithmeticKind::subtract, above, combine(ArithmeticKind::multiply, slope, below, net), net);
}

std::vector<Value> lower_prelu(const NodeCall& call, NetworkBuilder& net) {
  const Feature& in = call.feature(0);
  if (!call.is_known(1)) return {prelu_with_map(in, call.feature(1), net)};
  auto slope = channel_values(call.known(1), in);
  if (!slope) throw Refusal{"its slopes differ from place to place, supported is one a channel"};
  return {net.append_like(PRelu{.channels = in.shape.channels, .slope = *std::move(slope)}, in)};
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
std::vector<Value> lower_cast(const NodeCall& call, NetworkBuilder& net) {
  const std::int64_t type = call.integer("to", 0);
  if (type == 9) return {is_nonzero(call.feature(0), net)};
  if (type == 1 || type == 10 || type == 11 || type == 16) return {call.input(0)};  // TensorProto's numbers
  throw Refusal{"casts a feature map to type " + std::to_string(type) +
                ", supported are floating-point types and truth values"};
}

/// To the type of input 1. A map is of reals, whichever width they had in the file.
std::vector<Value> lower_cast_like(const NodeCall& call, NetworkBuilder& /*net*/) {
  if (call.is_known(0)) {
    if (call.known(0).is_real()) return {call.input(0)};
    const KnownTensor& known = call.known(0);
    std::vector<float> values;
    for (const std::int64_t value : call.known_integers(0)) values.push_back(static_cast<float>(value));
    return {std::make_shared<const KnownTensor>(
        KnownTensor{.dims = known.dims, .values = std::move(values), .element = 1})};
  }
  if (call.is_known(1) && !call.known(1).is_real())
    throw Refusal{"casts a feature map to integers, supported are floating-point types"};
  return {call.input(0)};
}

constexpr LoweringRule kActivationsRules[] = {
    {"Abs", lower_plain<ActivationKind::abs>},
    {"Cast", lower_cast},
    {"CastLike", lower_cast_like, {15, kNewestOpset}},
    {"Celu", lower_celu, {12, kNewestOpset}},
    {"Clip", lower_clip},
    {"Dropout", lower_dropout},
    {"Elu", lower_elu},
    {"Erf", lower_plain<ActivationKind::erf>, {9, kNewestOpset}},
    {"Exp", lower_exp},
    {"Gelu", lower_gelu, {20, kNewestOpset}},
    {"HardSigmoid", lower_hard_sigmoid},
    {"HardSwish", lower_plain<ActivationKind::hard_swish>, {14, kNewestOpset}},
    {"Identity", lower_identity},
    {"LeakyRelu", lower_leaky_relu},
    {"Log", lower_plain<ActivationKind::log>},
    {"Mish", lower_plain<ActivationKind::mish>, {18, kNewestOpset}},
    {"Neg", lower_negative},
    {"PRelu", lower_prelu},
    {"Reciprocal", lower_reciprocal},
    {"Relu", lower_relu},
    {"Selu", lower_selu},
    {"Shrink", lower_shrink, {9, kNewestOpset}},
    {"Sigmoid", lower_plain<ActivationKind::sigmoid>},
    {"Softplus", lower_plain<ActivationKind::softplus>},
    {"Softsign", lower_plain<ActivationKind::softsign>},
    {"Sqrt", lower_plain<ActivationKind::sqrt>},
    {"Swish", lower_swish, {24, kNewestOpset}},
    {"Tanh", lower_plain<ActivationKind::tanh>},
    {"ThresholdedRelu", lower_thresholded_relu, {10, kNewestOpset}}};

}  // namespace

std::span<const LoweringRule> activation_rules() {
  return kActivationsRules;
}

}  // namespace fcn::tools

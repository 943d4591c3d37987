// SPDX-License-Identifier: MIT
// Quantised feature maps, run in float32. The map between a QuantizeLinear and a DequantizeLinear holds the
// integers' values without their rounding: scaled and shifted. If the integers end at the value 0, or at 0
// and 6, the clip stays, because quantisers omit a relu or ReLU6 that the integers' range implies. Any
// other end is where calibration on other pictures happened to stop, and values continue beyond it.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "tools/import/onnx/lower/lowering.hpp"
#include "tools/import/onnx/values/quantisation.hpp"

namespace fcn::tools {
namespace {

/// For each channel of the map its scale and its zero point.
struct QuantisationSteps {
  std::vector<float> scale, zero;
};

std::vector<float> by_channel(const NodeCall& call, const KnownTensor& known, const Feature& in) {
  KnownTensor shaped = known;
  if (!known.is_real()) shaped.values = std::vector<float>(known.integers().begin(), known.integers().end());
  if (known.size() != 1) {
    const std::size_t rank = in.view.rank(), axis = normal_axis(call.integer("axis", 1), rank);
    if (known.dims.size() != 1)
      throw Refusal{"is quantised in blocks, supported are whole maps and channels"};
    shaped.dims.insert(shaped.dims.end(), rank - 1 - axis, 1);
  } else {
    shaped.dims.clear();
  }
  auto values = channel_values(shaped, in);
  if (!values) throw Refusal{"its scales are not one a channel"};
  return *std::move(values);
}

QuantisationSteps steps_of(const NodeCall& call, const Feature& in) {
  QuantisationSteps steps{.scale = by_channel(call, call.known(1), in), .zero = {}};
  steps.zero.assign(steps.scale.size(), 0.0f);
  if (call.has(2)) steps.zero = by_channel(call, call.known(2), in);
  for (const float scale : steps.scale)
    if (!(scale > 0)) throw Refusal{"has the scale " + std::to_string(scale) + ", expected a positive one"};
  return steps;
}

/// x / scale + zero.
BatchNorm to_integers(const QuantisationSteps& steps) {
  std::vector<float> factor;
  for (const float scale : steps.scale) factor.push_back(1 / scale);
  return scale_and_shift(std::move(factor), steps.zero);
}

bool all_equal(const std::vector<float>& values) {
  return std::adjacent_find(values.begin(), values.end(), std::not_equal_to<>()) == values.end();
}

/// The relu or ReLU6 that the ends of the integers stand for, in their own scale.
std::optional<Activation> left_out_relu(const QuantisedRange& range, const QuantisationSteps& steps) {
  constexpr float kMost = std::numeric_limits<float>::max();
  if (!all_equal(steps.scale) || !all_equal(steps.zero)) return std::nullopt;
  const auto low = static_cast<float>(range.low), high = static_cast<float>(range.high);
  const float zero = steps.zero[0], scale = steps.scale[0];
  if (zero != low) return std::nullopt;
  const bool ends_at_six = std::abs((high - zero) * scale - 6.0f) < scale / 2;
  return Activation{.kind = ActivationKind::clip, .alpha = low, .beta = ends_at_six ? high : kMost};
}

std::vector<Value> lower_quantise(const NodeCall& call, NetworkBuilder& net) {
  const Feature& in = call.feature(0);
  const QuantisationSteps steps = steps_of(call, in);
  const Feature scaled = net.append_like(to_integers(steps), in);
  const auto relu = left_out_relu(quantised_range(call), steps);
  return {relu ? net.append_like(*relu, scaled) : scaled};
}

/// The map before a QuantizeLinear with the same scale, which this DequantizeLinear undoes; with its relu.
std::optional<Feature> undone(const Feature& in, const QuantisationSteps& steps, NetworkBuilder& net) {
  const Node* scaling = &net.graph().nodes[in.node];
  const auto* relu = std::get_if<Activation>(&scaling->op);
  if (relu != nullptr && relu->kind != ActivationKind::clip) return std::nullopt;
  if (relu != nullptr) scaling = &net.graph().nodes[scaling->inputs[0]];
  const auto* scaled = std::get_if<BatchNorm>(&scaling->op);
  const BatchNorm expected = to_integers(steps);
  if (scaled == nullptr || scaled->weight != expected.weight || scaled->bias != expected.bias)
    return std::nullopt;
  Feature from = in;
  from.node = scaling->inputs[0];
  if (relu == nullptr) return from;
  if (relu->alpha != steps.zero[0] || !all_equal(steps.scale)) return std::nullopt;
  if (relu->beta == std::numeric_limits<float>::max()) return net.append_like(Relu{}, from);
  return net.append_like(Activation{.kind = ActivationKind::clip, .alpha = 0, .beta = 6}, from);
}

std::vector<Value> lower_dequantise(const NodeCall& call, NetworkBuilder& net) {
  const Feature& in = call.feature(0);
  QuantisationSteps steps = steps_of(call, in);
  if (const auto found = undone(in, steps, net)) return {*found};
  const auto is = [](const std::vector<float>& values, float wanted) {
    return std::all_of(values.begin(), values.end(), [&](float value) { return value == wanted; });
  };
  if (is(steps.scale, 1) && is(steps.zero, 0)) return {in};
  std::vector<float> shift;
  for (std::size_t i = 0; i < steps.scale.size(); ++i) shift.push_back(-steps.zero[i] * steps.scale[i]);
  return {net.append_like(scale_and_shift(std::move(steps.scale), std::move(shift)), in)};
}

/// Its scale follows the map's range, which float32 does not need: the map itself, in steps of 1 from 0.
std::vector<Value> lower_dynamic(const NodeCall& call, NetworkBuilder& /*net*/) {
  return {call.feature(0),
          std::make_shared<const KnownTensor>(
              KnownTensor{.dims = {}, .values = std::vector<float>{1.0f}, .element = 1}),
          std::make_shared<const KnownTensor>(
              KnownTensor{.dims = {}, .values = std::vector<std::int64_t>{0}, .element = 2})};
}

constexpr LoweringRule kQuantisedRules[] = {{"DequantizeLinear", lower_dequantise},
                                            {"DynamicQuantizeLinear", lower_dynamic},
                                            {"QuantizeLinear", lower_quantise}};

}  // namespace

std::span<const LoweringRule> quantised_rules() {
  return kQuantisedRules;
}

}  // namespace fcn::tools

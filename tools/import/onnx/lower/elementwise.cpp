// SPDX-License-Identifier: MIT
#include "tools/import/onnx/lower/elementwise.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <variant>

#include "tools/import/onnx/lower/pair_up.hpp"

namespace fcn::tools {
namespace {

constexpr float kMost = std::numeric_limits<float>::max();

std::vector<float> repeated(const Feature& like, float value) {
  return std::vector<float>(static_cast<std::size_t>(like.shape.channels), value);
}

/// The map's values with a constant on the right, as scale and shift.
BatchNorm with_constant(ArithmeticKind kind, std::vector<float> values) {
  const std::size_t channels = values.size();
  if (kind == ArithmeticKind::add || kind == ArithmeticKind::subtract) {
    if (kind == ArithmeticKind::subtract)
      for (float& value : values) value = -value;
    return scale_and_shift(std::vector<float>(channels, 1.0f), std::move(values));
  }
  if (kind == ArithmeticKind::divide)
    for (float& value : values) value = 1 / value;
  return scale_and_shift(std::move(values), std::vector<float>(channels, 0.0f));
}

/// Whether multiplying by `values` changes nothing, or adding them.
bool changes_nothing(ArithmeticKind kind, const std::vector<float>& values) {
  if (kind == ArithmeticKind::minimum || kind == ArithmeticKind::maximum) return false;
  const bool sum = kind == ArithmeticKind::add || kind == ArithmeticKind::subtract;
  return std::all_of(values.begin(), values.end(), [&](float value) { return value == (sum ? 0.0f : 1.0f); });
}

bool commutes(ArithmeticKind kind) {
  return kind != ArithmeticKind::subtract && kind != ArithmeticKind::divide;
}

bool fits_within(const Dims& dims, const Dims& whole) {
  if (dims.size() > whole.size()) return false;
  for (std::size_t i = 0; i < dims.size(); ++i)
    if (dims[i] != 1 && dims[i] != whole[whole.size() - dims.size() + i]) return false;
  return true;
}

Feature two_maps(ArithmeticKind kind, const Feature& a, const Feature& b, NetworkBuilder& net) {
  if (kind == ArithmeticKind::multiply)
    if (auto activation = as_activation(a, b, net)) return *activation;
  if (kind == ArithmeticKind::divide)
    if (auto activation = as_quotient(a, b, net)) return *activation;
  const Pair pair = pair_up(a, b, net);
  // An Add proper can be fused into a convolution, but its inputs have one size whatever the picture's.
  const bool residual = kind == ArithmeticKind::add && pair.a.shape == pair.b.shape &&
                        pair.a.shape.height * pair.a.shape.width > 1;
  const Op op = residual ? Op(Add{}) : Op(Arithmetic{.kind = kind});
  Feature out = net.append(op, {pair.a.node, pair.b.node});
  out.view = pair.view;
  return out;
}

/// Constants that are no scale and shift: a map of their own.
Feature with_constant_map(ArithmeticKind kind, const Feature& map, const KnownTensor& known, bool known_first,
                          NetworkBuilder& net) {
  const Feature constant = constant_beside(known, map.view, net);
  return known_first ? two_maps(kind, constant, map, net) : two_maps(kind, map, constant, net);
}

/// A multiplication that undoes the one before it: both disappear.
std::optional<Feature> undone(const Feature& map, const std::vector<float>& values,
                              const NetworkBuilder& net) {
  const Node& node = net.graph().nodes[map.node];
  const auto* norm = std::get_if<BatchNorm>(&node.op);
  if (norm == nullptr || norm->relu || norm->epsilon != 0) return std::nullopt;
  for (std::size_t c = 0; c < values.size(); ++c)
    if (norm->weight[c] * values[c] != 1 || norm->bias[c] != 0 || norm->mean[c] != 0 ||
        norm->variance[c] != 1)
      return std::nullopt;
  Feature in = map;
  in.node = node.inputs[0];
  return in;
}

Feature map_and_constant(ArithmeticKind kind, const Feature& map, const KnownTensor& known, bool known_first,
                         NetworkBuilder& net) {
  if (!fits_within(known.dims, map.view.dims())) return with_constant_map(kind, map, known, known_first, net);
  auto values = channel_values(known, map);
  if (!values)
    throw Refusal{"its constant of shape " + dims_text(known.dims) +
                  " differs from place to place, supported is one a channel"};
  const bool in_order = !known_first || commutes(kind);
  if (in_order && changes_nothing(kind, *values)) return map;
  const bool one_value =
      std::all_of(values->begin(), values->end(), [&](float value) { return value == values->front(); });
  if (kind == ArithmeticKind::maximum && one_value) return at_least(map, values->front(), net);
  if (kind == ArithmeticKind::minimum && one_value) return at_most(map, values->front(), net);
  if (kind == ArithmeticKind::subtract && known_first) {  // k - x
    std::vector<float> minus(values->size(), -1.0f);
    return net.append_like(scale_and_shift(std::move(minus), *std::move(values)), map);
  }
  if (kind == ArithmeticKind::divide && known_first && one_value && values->front() == 1)
    if (auto sigmoid = as_reciprocal(map, net)) return *sigmoid;
  if (kind == ArithmeticKind::multiply)
    if (const auto plain = undone(map, *values, net)) return *plain;
  if (in_order && kind != ArithmeticKind::maximum && kind != ArithmeticKind::minimum)
    return net.append_like(with_constant(kind, *std::move(values)), map);
  const Shape shape{map.shape.channels, 1, 1};
  const Feature constant = net.append(Constant{.shape = shape, .values = *std::move(values)}, {});
  const bool first = known_first && !commutes(kind);
  Feature out = net.append(Arithmetic{.kind = kind}, first ? std::vector<NodeId>{constant.node, map.node}
                                                           : std::vector<NodeId>{map.node, constant.node});
  out.view = map.view;
  return out;
}

}  // namespace

Feature combine(ArithmeticKind kind, const Value& a, const Value& b, NetworkBuilder& net) {
  const auto* left = std::get_if<KnownPtr>(&a);
  const auto* right = std::get_if<KnownPtr>(&b);
  if (left != nullptr && right != nullptr) throw Refusal{"its inputs are constants"};
  if (right != nullptr) return map_and_constant(kind, std::get<Feature>(a), **right, false, net);
  if (left != nullptr) return map_and_constant(kind, std::get<Feature>(b), **left, true, net);
  return two_maps(kind, std::get<Feature>(a), std::get<Feature>(b), net);
}

Feature activate(const Feature& in, ActivationKind kind, NetworkBuilder& net, float alpha, float beta) {
  return net.append_like(Activation{.kind = kind, .alpha = alpha, .beta = beta}, in);
}

Feature scaled(const Feature& in, float scale, float shift, NetworkBuilder& net) {
  if (scale == 1 && shift == 0) return in;
  return net.append_like(scale_and_shift(repeated(in, scale), repeated(in, shift)), in);
}

Feature at_least(const Feature& in, float low, NetworkBuilder& net) {
  if (low == 0) return net.append_like(Relu{}, in);
  return activate(in, ActivationKind::clip, net, std::clamp(low, -kMost, kMost), kMost);
}

Feature at_most(const Feature& in, float high, NetworkBuilder& net) {
  return activate(in, ActivationKind::clip, net, -kMost, std::clamp(high, -kMost, kMost));
}

Feature square(const Feature& in, NetworkBuilder& net) {
  return net.append_like(Arithmetic{.kind = ArithmeticKind::multiply}, in, in);
}

namespace {

/// x^n for a whole n > 0, by squaring.
Feature whole_power(const Feature& in, int exponent, NetworkBuilder& net) {
  const auto times = [&](const Feature& a, const Feature& b) {
    return net.append_like(Arithmetic{.kind = ArithmeticKind::multiply}, a, b);
  };
  std::optional<Feature> result;
  for (Feature factor = in;; factor = times(factor, factor)) {
    if (exponent % 2 == 1) result = result ? times(*result, factor) : factor;
    if ((exponent /= 2) == 0) return *result;
  }
}

Feature one_over(const Feature& in, NetworkBuilder& net) {
  if (auto sigmoid = as_reciprocal(in, net)) return *sigmoid;
  Feature out = net.append(Arithmetic{.kind = ArithmeticKind::divide},
                           {net.append(Constant{.shape = {1, 1, 1}, .values = {1.0f}}, {}).node, in.node});
  out.view = in.view;
  return out;
}

}  // namespace

Feature power(const Feature& in, float exponent, NetworkBuilder& net) {
  constexpr float kMostWhole = 64;
  if (!std::isfinite(exponent)) throw Refusal{"its exponent is not finite"};
  if (exponent < 0) return one_over(power(in, -exponent, net), net);
  if (exponent == 0) return activate(in, ActivationKind::clip, net, 1, 1);
  if (exponent == 0.5f) return activate(in, ActivationKind::sqrt, net);
  if (exponent != std::floor(exponent)) return activate(in, ActivationKind::power, net, exponent);
  if (exponent > kMostWhole)
    throw Refusal{"its exponent is " + std::to_string(exponent) + ", supported are whole ones up to " +
                  std::to_string(static_cast<int>(kMostWhole)) + " and fractions"};
  return whole_power(in, static_cast<int>(exponent), net);
}

}  // namespace fcn::tools

// SPDX-License-Identifier: MIT
// Comparisons of maps, what is made of them by logic, and choices between two maps. A truth value is a map of
// zeros and ones. Not here: comparisons of constants (fold_pairwise.cpp).
#include <cmath>
#include <limits>
#include <memory>
#include <utility>

#include "tools/import/onnx/fold/tensor_moves.hpp"
#include "tools/import/onnx/lower/elementwise.hpp"

namespace fcn::tools {
namespace {

/// 1 where x > 0, else 0. The smallest float32 is 2^-149, so two factors of 2^100 carry any to 1 or beyond.
Feature is_positive(const Feature& x, NetworkBuilder& net) {
  constexpr float kFactor = 0x1p100f;
  const Feature once = activate(x, ActivationKind::hard_sigmoid, net, kFactor, 0);
  return activate(once, ActivationKind::hard_sigmoid, net, kFactor, 0);
}

Feature negated(const Feature& truth, NetworkBuilder& net) {
  return scaled(truth, -1, 1, net);
}

/// A constant of truth values or other integers as numbers.
Value in_reals(const Value& value) {
  const auto* known = std::get_if<KnownPtr>(&value);
  if (known == nullptr || (*known)->is_real()) return value;
  std::vector<float> values;
  for (const std::int64_t each : (*known)->integers()) values.push_back(static_cast<float>(each));
  return std::make_shared<const KnownTensor>(
      KnownTensor{.dims = (*known)->dims, .values = std::move(values), .element = 1});
}

/// 1 where a > b. Their difference has the sign of the comparison however it is rounded.
Feature is_greater(const Value& a, const Value& b, NetworkBuilder& net) {
  return is_positive(combine(ArithmeticKind::subtract, a, b, net), net);
}

std::vector<Value> lower_greater(const NodeCall& call, NetworkBuilder& net) {
  return {is_greater(call.input(0), call.input(1), net)};
}

std::vector<Value> lower_less(const NodeCall& call, NetworkBuilder& net) {
  return {is_greater(call.input(1), call.input(0), net)};
}

std::vector<Value> lower_greater_or_equal(const NodeCall& call, NetworkBuilder& net) {
  return {negated(is_greater(call.input(1), call.input(0), net), net)};
}

std::vector<Value> lower_less_or_equal(const NodeCall& call, NetworkBuilder& net) {
  return {negated(is_greater(call.input(0), call.input(1), net), net)};
}

std::vector<Value> lower_equal(const NodeCall& call, NetworkBuilder& net) {
  const Feature difference =
      combine(ArithmeticKind::subtract, in_reals(call.input(0)), in_reals(call.input(1)), net);
  return {negated(is_nonzero(difference, net), net)};
}

std::vector<Value> lower_sign(const NodeCall& call, NetworkBuilder& net) {
  const Feature x = call.feature(0);
  return {
      combine(ArithmeticKind::subtract, is_positive(x, net), is_positive(scaled(x, -1, 0, net), net), net)};
}

std::vector<Value> lower_not(const NodeCall& call, NetworkBuilder& net) {
  return {negated(call.feature(0), net)};
}

template <ArithmeticKind kind>
std::vector<Value> lower_logic(const NodeCall& call, NetworkBuilder& net) {
  return {combine(kind, in_reals(call.input(0)), in_reals(call.input(1)), net)};
}

std::vector<Value> lower_xor(const NodeCall& call, NetworkBuilder& net) {
  const Feature difference =
      combine(ArithmeticKind::subtract, in_reals(call.input(0)), in_reals(call.input(1)), net);
  return {activate(difference, ActivationKind::abs, net)};
}

/// The choice that a constant condition makes, the same everywhere.
Value constant_choice(const NodeCall& call) {
  const std::vector<std::int64_t> condition = call.known_integers(0);
  if (condition.empty()) throw Refusal{"its condition has no value"};
  for (const std::int64_t value : condition)
    if ((value != 0) != (condition[0] != 0))
      throw Refusal{"its condition differs from place to place, supported is one that is constant"};
  const Value& taken = call.input(condition[0] != 0 ? 1 : 2);
  const Dims dims = dims_of(taken), other = dims_of(call.input(condition[0] != 0 ? 2 : 1));
  if (broadcast(broadcast(dims, other), call.known(0).dims) != dims)
    throw Refusal{"its inputs differ in shape"};
  return taken;
}

/// `truth` times a value that is finite, as it must be where it is not chosen: 0 times infinity is NaN.
Feature kept_where(const Feature& truth, const Value& value, NetworkBuilder& net) {
  constexpr float most = std::numeric_limits<float>::max();
  if (const auto* map = std::get_if<Feature>(&value))
    return combine(ArithmeticKind::multiply, truth, activate(*map, ActivationKind::clip, net, -most, most),
                   net);
  const Value reals = in_reals(value);
  for (const float each : std::get<KnownPtr>(reals)->reals())
    if (!std::isfinite(each)) throw Refusal{"chooses a constant that is not finite"};
  return combine(ArithmeticKind::multiply, truth, reals, net);
}

std::vector<Value> lower_where(const NodeCall& call, NetworkBuilder& net) {
  if (call.is_known(0)) return {constant_choice(call)};
  const Feature truth = call.feature(0);
  return {combine(ArithmeticKind::add, kept_where(truth, call.input(1), net),
                  kept_where(negated(truth, net), call.input(2), net), net)};
}

constexpr LoweringRule kComparisonRules[] = {{"And", lower_logic<ArithmeticKind::multiply>},
                                             {"Equal", lower_equal},
                                             {"Greater", lower_greater},
                                             {"GreaterOrEqual", lower_greater_or_equal, {12, kNewestOpset}},
                                             {"Less", lower_less},
                                             {"LessOrEqual", lower_less_or_equal, {12, kNewestOpset}},
                                             {"Not", lower_not},
                                             {"Or", lower_logic<ArithmeticKind::maximum>},
                                             {"Sign", lower_sign, {9, kNewestOpset}},
                                             {"Where", lower_where, {9, kNewestOpset}},
                                             {"Xor", lower_xor}};

}  // namespace

Feature is_nonzero(const Feature& x, NetworkBuilder& net) {
  return is_positive(activate(x, ActivationKind::abs, net), net);
}

std::span<const LoweringRule> comparison_rules() {
  return kComparisonRules;
}

}  // namespace fcn::tools

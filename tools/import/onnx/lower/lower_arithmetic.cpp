// SPDX-License-Identifier: MIT
// Arithmetic of maps, or of maps and constants that are one a channel.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>

#include "tools/import/onnx/lower/elementwise.hpp"

namespace fcn::tools {
namespace {

template <ArithmeticKind kind>
std::vector<Value> lower_two(const NodeCall& call, NetworkBuilder& net) {
  return {combine(kind, call.input(0), call.input(1), net)};
}

/// Of any number of tensors, in any order: those that depend on the picture first.
Feature combine_all(const NodeCall& call, ArithmeticKind kind, NetworkBuilder& net) {
  std::optional<Feature> result;
  for (std::size_t i = 0; i < call.input_count(); ++i)
    if (!call.is_known(i)) result = result ? combine(kind, *result, call.input(i), net) : call.feature(i);
  if (!result) throw Refusal{"its inputs are constants"};
  for (std::size_t i = 0; i < call.input_count(); ++i)
    if (call.is_known(i)) result = combine(kind, *result, call.input(i), net);
  return *result;
}

template <ArithmeticKind kind>
std::vector<Value> lower_many(const NodeCall& call, NetworkBuilder& net) {
  return {combine_all(call, kind, net)};
}

std::vector<Value> lower_mean(const NodeCall& call, NetworkBuilder& net) {
  const Feature sum = combine_all(call, ArithmeticKind::add, net);
  return {scaled(sum, 1.0f / static_cast<float>(call.input_count()), 0, net)};
}

/// The one value of a known tensor.
float only_value(const NodeCall& call, std::size_t input) {
  const KnownTensor& known = call.known(input);
  const auto at = [&](std::size_t i) {
    return known.is_real() ? known.reals()[i] : static_cast<float>(known.integers()[i]);
  };
  for (std::size_t i = 0; i < known.size(); ++i)
    if (at(i) != at(0))
      throw Refusal{"input " + std::to_string(input) + " has several values, supported is one"};
  if (known.size() == 0) throw Refusal{"input " + std::to_string(input) + " has no value"};
  return at(0);
}

std::vector<Value> lower_pow(const NodeCall& call, NetworkBuilder& net) {
  if (call.is_known(1)) {
    const float exponent = only_value(call, 1);
    if (call.known(1).dims.size() > call.feature(0).view.rank())
      throw Refusal{"its exponent of shape " + dims_text(call.known(1).dims) +
                    " has more axes than its input"};
    return {power(call.feature(0), exponent, net)};
  }
  const float base = only_value(call, 0);
  if (!(base > 0)) throw Refusal{"raises " + std::to_string(base) + ", supported are numbers above 0"};
  const float factor = static_cast<float>(std::log(static_cast<double>(base)));
  return {activate(scaled(call.feature(1), factor, 0, net), ActivationKind::exp, net)};
}

constexpr LoweringRule kArithmeticRules[] = {{"Add", lower_two<ArithmeticKind::add>},
                                             {"Div", lower_two<ArithmeticKind::divide>},
                                             {"Max", lower_many<ArithmeticKind::maximum>, {8, kNewestOpset}},
                                             {"Mean", lower_mean, {8, kNewestOpset}},
                                             {"Min", lower_many<ArithmeticKind::minimum>, {8, kNewestOpset}},
                                             {"Mul", lower_two<ArithmeticKind::multiply>},
                                             {"Pow", lower_pow},
                                             {"Sub", lower_two<ArithmeticKind::subtract>},
                                             {"Sum", lower_many<ArithmeticKind::add>}};

}  // namespace

std::span<const LoweringRule> arithmetic_rules() {
  return kArithmeticRules;
}

}  // namespace fcn::tools

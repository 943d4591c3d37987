// SPDX-License-Identifier: MIT
// Functions of two values or more, broadcast to each other: arithmetic, comparisons, choices.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>

#include "tools/import/onnx/fold/fold_rules.hpp"
#include "tools/import/onnx/fold/tensor_moves.hpp"

namespace fcn::tools {
namespace {

std::int64_t power(std::int64_t base, std::int64_t exponent, bool& wrong) {
  if (exponent < 0 || exponent > 63) {
    wrong = base != 0 && base != 1;
    return base;
  }
  std::int64_t result = 1;
  for (std::int64_t i = 0; i < exponent; ++i) wrong |= __builtin_mul_overflow(result, base, &result);
  return result;
}

std::int64_t floored_remainder(std::int64_t a, std::int64_t b) {
  const std::int64_t rest = a % b;
  return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}

std::int64_t exact(std::string_view type, bool like_c, std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  bool wrong = false;
  if (type == "Add" || type == "Sum") wrong = __builtin_add_overflow(a, b, &result);
  if (type == "Sub") wrong = __builtin_sub_overflow(a, b, &result);
  if (type == "Mul") wrong = __builtin_mul_overflow(a, b, &result);
  if (type == "Min") result = std::min(a, b);
  if (type == "Max") result = std::max(a, b);
  if (type == "Pow") result = power(a, b, wrong);
  if (type == "Div" || type == "Mod") {
    wrong = b == 0 || (b == -1 && a == std::numeric_limits<std::int64_t>::min());
    if (!wrong) result = type == "Div" ? a / b : like_c ? a % b : floored_remainder(a, b);
  }
  if (wrong)
    throw Refusal{"computes with " + std::to_string(a) + " and " + std::to_string(b) + ", which overflows"};
  return result;
}

double of_reals(std::string_view type, double a, double b) {
  if (type == "Add" || type == "Sum" || type == "Mean") return a + b;
  if (type == "Sub") return a - b;
  if (type == "Mul") return a * b;
  if (type == "Div") return a / b;
  if (type == "Pow") return std::pow(a, b);
  if (type == "Mod") return std::fmod(a, b);
  if (type == "PRelu") return a < 0 ? a * b : a;
  if (std::isnan(a) || std::isnan(b)) return std::numeric_limits<double>::quiet_NaN();
  return type == "Min" ? std::min(a, b) : std::max(a, b);
}

/// Two inputs and their shape.
struct OperandPair {
  Dims dims;
  KnownTensor a, b;
};

OperandPair broadcast_pair(const KnownTensor& a, const KnownTensor& b, FoldBudget& budget) {
  OperandPair pair{.dims = broadcast(a.dims, b.dims), .a = {}, .b = {}};
  budget.spend(element_count(pair.dims, budget.elements));
  pair.a = expanded(a, pair.dims, budget.elements);
  pair.b = expanded(b, pair.dims, budget.elements);
  return pair;
}

KnownTensor combined(const NodeCall& call, const KnownTensor& a, const KnownTensor& b, FoldBudget& budget) {
  const std::string& type = call.node().type;
  OperandPair pair = broadcast_pair(a, b, budget);
  if (a.is_real() != b.is_real() && type != "Pow") throw Refusal{"its inputs differ in type"};
  const bool like_c = call.integer("fmod", 0) != 0;
  if (!a.is_real() && !b.is_real() && type != "PRelu" && type != "Mean") {
    auto& values = std::get<std::vector<std::int64_t>>(pair.a.values);
    for (std::size_t i = 0; i < values.size(); ++i)
      values[i] = exact(type, like_c, values[i], pair.b.integers()[i]);
    return {.dims = pair.dims, .values = std::move(values)};
  }
  if (!a.is_real() && type == "Pow") {
    std::vector<std::int64_t> powers;
    const std::vector<double> bases = doubles_of(pair.a), exponents = doubles_of(pair.b);
    for (std::size_t i = 0; i < bases.size(); ++i) {
      const double value = std::pow(bases[i], exponents[i]);
      if (!(std::abs(value) < 0x1p53)) throw Refusal{"raises an integer to one that overflows"};
      powers.push_back(static_cast<std::int64_t>(value));
    }
    return integer_tensor(pair.dims, std::move(powers));
  }
  if (!a.is_real()) throw Refusal{"its first input is of integers, supported are reals"};
  if (type == "Mod" && !like_c) throw Refusal{"takes the remainder of reals without attribute fmod"};
  std::vector<double> values = doubles_of(pair.a);
  const std::vector<double> others = doubles_of(pair.b);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = of_reals(type, values[i], others[i]);
  return real_tensor(pair.dims, values);
}

Folded fold_arithmetic(const NodeCall& call, FoldBudget& budget) {
  return {combined(call, call.known(0), call.known(1), budget)};
}

/// Sum, Mean, Min and Max of any number of inputs.
Folded fold_several(const NodeCall& call, FoldBudget& budget) {
  KnownTensor result = call.known(0);
  element_count(result.dims, budget.elements);
  for (std::size_t i = 1; i < call.input_count(); ++i) {
    result = combined(call, result, call.known(i), budget);
    budget.spend(result.size());
  }
  if (call.node().type != "Mean") return {std::move(result)};
  std::vector<double> values = doubles_of(result);
  for (double& value : values) value /= static_cast<double>(call.input_count());
  return {real_tensor(result.dims, values)};
}

template <class T>
bool holds(std::string_view type, T a, T b) {
  if (type == "Equal") return a == b;
  if (type == "Less") return a < b;
  if (type == "LessOrEqual") return a <= b;
  if (type == "Greater") return a > b;
  if (type == "GreaterOrEqual") return a >= b;
  const bool x = a != T{}, y = b != T{};
  if (type == "And") return x && y;
  return type == "Or" ? x || y : x != y;
}

Folded fold_comparison(const NodeCall& call, FoldBudget& budget) {
  const std::string& type = call.node().type;
  const OperandPair pair = broadcast_pair(call.known(0), call.known(1), budget);
  if (pair.a.is_real() != pair.b.is_real()) throw Refusal{"its inputs differ in type"};
  std::vector<std::int64_t> values(pair.a.size());
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = pair.a.is_real() ? holds(type, pair.a.reals()[i], pair.b.reals()[i])
                                 : holds(type, pair.a.integers()[i], pair.b.integers()[i]);
  return {{.dims = pair.dims, .values = std::move(values), .element = 9}};  // TensorProto's BOOL
}

Folded fold_where(const NodeCall& call, FoldBudget& budget) {
  if (call.known(0).is_real()) throw Refusal{"its condition is no boolean"};
  const Dims dims = broadcast(call.known(0).dims, broadcast(call.known(1).dims, call.known(2).dims));
  budget.spend(element_count(dims, budget.elements));
  const KnownTensor condition = expanded(call.known(0), dims, budget.elements);
  KnownTensor result = expanded(call.known(1), dims, budget.elements);
  const KnownTensor other = expanded(call.known(2), dims, budget.elements);
  if (result.is_real() != other.is_real()) throw Refusal{"its inputs differ in type"};
  std::visit(
      [&](auto& values) {
        const auto& others = std::get<std::decay_t<decltype(values)>>(other.values);
        for (std::size_t i = 0; i < values.size(); ++i)
          if (condition.integers()[i] == 0) values[i] = others[i];
      },
      result.values);
  return {std::move(result)};
}

constexpr FoldRule kPairwiseFolds[] = {{"Add", fold_arithmetic},     {"And", fold_comparison},
                                       {"Div", fold_arithmetic},     {"Equal", fold_comparison},
                                       {"Greater", fold_comparison}, {"GreaterOrEqual", fold_comparison},
                                       {"Less", fold_comparison},    {"LessOrEqual", fold_comparison},
                                       {"Max", fold_several},        {"Mean", fold_several},
                                       {"Min", fold_several},        {"Mod", fold_arithmetic},
                                       {"Mul", fold_arithmetic},     {"Or", fold_comparison},
                                       {"PRelu", fold_arithmetic},   {"Pow", fold_arithmetic},
                                       {"Sub", fold_arithmetic},     {"Sum", fold_several},
                                       {"Where", fold_where},        {"Xor", fold_comparison}};

}  // namespace

std::span<const FoldRule> pairwise_folds() {
  return kPairwiseFolds;
}

}  // namespace fcn::tools

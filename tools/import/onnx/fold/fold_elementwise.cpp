// SPDX-License-Identifier: MIT
// Functions of each value by itself, and conversions of types.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numbers>
#include <string>
#include <utility>

#include "fcn/base/float16.hpp"
#include "tools/import/onnx/fold/fold_rules.hpp"

namespace fcn::tools {
namespace {

double sigmoid(double x) {
  return x < 0 ? std::exp(x) / (1 + std::exp(x)) : 1 / (1 + std::exp(-x));
}

double softplus(double x) {
  return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x)));
}

/// The nearest integer, the even one of two.
double round_even(double x) {
  const double floor = std::floor(x), rest = x - floor;
  if (rest != 0.5) return rest < 0.5 ? floor : floor + 1;
  return std::fmod(floor, 2.0) == 0 ? floor : floor + 1;
}

double gelu_tanh(double x) {
  const double inner = std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x);
  return 0.5 * x * (1 + std::tanh(inner));
}

/// A function with up to two numbers that attributes may set; in ONNX they are called alpha and mostly beta.
struct Function {
  std::string_view type;
  double (*apply)(double x, double alpha, double beta);
  float alpha = 0;
  float beta = 0;
  const char* beta_name = "beta";
};

constexpr Function kFunctions[] = {
    {"Abs", [](double x, double, double) { return std::abs(x); }},
    {"Acos", [](double x, double, double) { return std::acos(x); }},
    {"Acosh", [](double x, double, double) { return std::acosh(x); }},
    {"Asin", [](double x, double, double) { return std::asin(x); }},
    {"Asinh", [](double x, double, double) { return std::asinh(x); }},
    {"Atan", [](double x, double, double) { return std::atan(x); }},
    {"Atanh", [](double x, double, double) { return std::atanh(x); }},
    {"Ceil", [](double x, double, double) { return std::ceil(x); }},
    {"Celu", [](double x, double a, double) { return x > 0 ? x : a * std::expm1(x / a); }, 1},
    {"Cos", [](double x, double, double) { return std::cos(x); }},
    {"Cosh", [](double x, double, double) { return std::cosh(x); }},
    {"Elu", [](double x, double a, double) { return x > 0 ? x : a * std::expm1(x); }, 1},
    {"Erf", [](double x, double, double) { return std::erf(x); }},
    {"Exp", [](double x, double, double) { return std::exp(x); }},
    {"Floor", [](double x, double, double) { return std::floor(x); }},
    {"HardSigmoid", [](double x, double a, double b) { return std::clamp(a * x + b, 0.0, 1.0); }, 0.2f, 0.5f},
    {"HardSwish", [](double x, double, double) { return x * std::clamp(x / 6 + 0.5, 0.0, 1.0); }},
    {"LeakyRelu", [](double x, double a, double) { return x < 0 ? a * x : x; }, 0.01f},
    {"Log", [](double x, double, double) { return std::log(x); }},
    {"Mish", [](double x, double, double) { return x * std::tanh(softplus(x)); }},
    {"Neg", [](double x, double, double) { return -x; }},
    {"Reciprocal", [](double x, double, double) { return 1 / x; }},
    {"Relu", [](double x, double, double) { return std::max(x, 0.0); }},
    {"Round", [](double x, double, double) { return round_even(x); }},
    {"Selu", [](double x, double a, double g) { return g * (x > 0 ? x : a * std::expm1(x)); }, 1.67326319f,
     1.05070102f, "gamma"},
    {"Sigmoid", [](double x, double, double) { return sigmoid(x); }},
    {"Sign", [](double x, double, double) { return x > 0   ? 1.0
                                                   : x < 0 ? -1.0
                                                           : x; }},
    {"Sin", [](double x, double, double) { return std::sin(x); }},
    {"Sinh", [](double x, double, double) { return std::sinh(x); }},
    {"Softplus", [](double x, double, double) { return softplus(x); }},
    {"Softsign", [](double x, double, double) { return x / (1 + std::abs(x)); }},
    {"Sqrt", [](double x, double, double) { return std::sqrt(x); }},
    {"Swish", [](double x, double a, double) { return x * sigmoid(a * x); }, 1},
    {"Tan", [](double x, double, double) { return std::tan(x); }},
    {"Tanh", [](double x, double, double) { return std::tanh(x); }},
    {"ThresholdedRelu", [](double x, double a, double) { return x > a ? x : 0.0; }, 1}};

/// The functions that ONNX defines on integers.
KnownTensor of_integers(const NodeCall& call) {
  const std::string& type = call.node().type;
  KnownTensor result = call.known(0);
  for (std::int64_t& value : std::get<std::vector<std::int64_t>>(result.values)) {
    if (value == std::numeric_limits<std::int64_t>::min())
      throw Refusal{"computes with an integer too large"};
    if (type == "Abs") value = std::abs(value);
    if (type == "Neg") value = -value;
    if (type == "Sign") value = value > 0 ? 1 : value < 0 ? -1 : 0;
    if (type == "Relu") value = std::max<std::int64_t>(value, 0);
  }
  return result;
}

Folded fold_function(const NodeCall& call, FoldBudget& budget) {
  const std::string& type = call.node().type;
  element_count(call.known(0).dims, budget.elements);
  if (!call.known(0).is_real()) {
    if (type == "Abs" || type == "Neg" || type == "Sign" || type == "Relu" || type == "Floor" ||
        type == "Ceil" || type == "Round")
      return {of_integers(call)};
    throw Refusal{"its input is of integers, supported are reals"};
  }
  const auto* function = std::find_if(std::begin(kFunctions), std::end(kFunctions),
                                      [&](const Function& known) { return known.type == type; });
  const double alpha = static_cast<double>(call.real("alpha", function->alpha));
  const double beta = static_cast<double>(call.real(function->beta_name, function->beta));
  std::vector<double> values = doubles_of(call.known(0));
  for (double& value : values) value = function->apply(value, alpha, beta);
  return {real_tensor(call.known(0).dims, values)};
}

Folded fold_gelu(const NodeCall& call, FoldBudget& budget) {
  const std::string mode = call.text("approximate", "none");
  if (mode != "none" && mode != "tanh") throw Refusal{"attribute approximate is \"" + mode + "\""};
  element_count(call.known(0).dims, budget.elements);
  std::vector<double> values = doubles_of(call.known(0));
  for (double& value : values)
    value = mode == "tanh" ? gelu_tanh(value) : 0.5 * value * (1 + std::erf(value / std::numbers::sqrt2));
  return {real_tensor(call.known(0).dims, values)};
}

Folded fold_clip(const NodeCall& call, FoldBudget& budget) {
  KnownTensor result = call.known(0);
  element_count(result.dims, budget.elements);
  const auto clip = [](auto& values, auto low, auto high) {
    for (auto& value : values) value = std::min(std::max(value, low), high);
  };
  if (result.is_real()) {
    constexpr float most = std::numeric_limits<float>::infinity();
    clip(std::get<std::vector<float>>(result.values), call.scalar("min", 1).value_or(-most),
         call.scalar("max", 2).value_or(most));
    return {std::move(result)};
  }
  const auto bound = [&](std::size_t i, std::int64_t fallback) {
    if (!call.has(i)) return fallback;
    const std::vector<std::int64_t> given = call.known_integers(i);
    if (given.size() != 1)
      throw Refusal{"a bound has " + std::to_string(given.size()) + " values, expected 1"};
    return given[0];
  };
  clip(std::get<std::vector<std::int64_t>>(result.values), bound(1, std::numeric_limits<std::int64_t>::min()),
       bound(2, std::numeric_limits<std::int64_t>::max()));
  return {std::move(result)};
}

Folded fold_not(const NodeCall& call, FoldBudget& budget) {
  element_count(call.known(0).dims, budget.elements);
  std::vector<std::int64_t> values = call.known_integers(0);
  for (std::int64_t& value : values) value = value == 0 ? 1 : 0;
  return {integer_tensor(call.known(0).dims, std::move(values))};
}

Folded fold_is_nan(const NodeCall& call, FoldBudget& budget) {
  element_count(call.known(0).dims, budget.elements);
  std::vector<std::int64_t> values;
  for (const float value : call.known_reals(0)) values.push_back(std::isnan(value) ? 1 : 0);
  return {integer_tensor(call.known(0).dims, std::move(values))};
}

constexpr int kReals[] = {1, 10, 11, 16};  // TensorProto's FLOAT, FLOAT16, DOUBLE, BFLOAT16

struct IntegerType {
  int element;
  std::int64_t low, high;
};
constexpr IntegerType kIntegers[] = {
    {2, 0, 255},
    {3, -128, 127},
    {4, 0, 65535},
    {5, -32768, 32767},
    {6, std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()},
    {7, std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()},
    {12, 0, std::numeric_limits<std::uint32_t>::max()},
    {13, 0, std::numeric_limits<std::int64_t>::max()}};
constexpr int kBoolean = 9;

std::int64_t as_integer(const KnownTensor& from, std::size_t i) {
  if (!from.is_real()) return from.integers()[i];
  const float value = from.reals()[i];
  if (!(std::abs(value) < 0x1p62f)) throw Refusal{"casts " + std::to_string(value) + " to an integer"};
  return static_cast<std::int64_t>(value);
}

KnownTensor cast_to(const KnownTensor& from, int type) {
  KnownTensor to{.dims = from.dims, .values = {}, .element = type};
  if (std::find(std::begin(kReals), std::end(kReals), type) != std::end(kReals)) {
    std::vector<float> values =
        from.is_real() ? from.reals() : std::vector<float>(from.integers().begin(), from.integers().end());
    for (float& value : values) {
      if (type == 10) value = half_to_float(float_to_half(value));
      if (type == 16) value = bfloat16_to_float(float_to_bfloat16(value));
    }
    to.values = std::move(values);
    return to;
  }
  std::vector<std::int64_t> values(from.size());
  if (type == kBoolean) {
    for (std::size_t i = 0; i < values.size(); ++i)
      values[i] = (from.is_real() ? from.reals()[i] != 0 : from.integers()[i] != 0) ? 1 : 0;
    to.values = std::move(values);
    return to;
  }
  const auto* range = std::find_if(std::begin(kIntegers), std::end(kIntegers),
                                   [&](const IntegerType& known) { return known.element == type; });
  if (range == std::end(kIntegers))
    throw Refusal{"casts to type " + std::to_string(type) + ", supported are numbers and booleans"};
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = as_integer(from, i);
    if (values[i] < range->low || values[i] > range->high)
      throw Refusal{"casts " + std::to_string(values[i]) + " to a type that cannot hold it"};
  }
  to.values = std::move(values);
  return to;
}

Folded fold_cast(const NodeCall& call, FoldBudget& budget) {
  element_count(call.known(0).dims, budget.elements);
  return {cast_to(call.known(0), static_cast<int>(std::clamp<std::int64_t>(call.integer("to", 0), 0, 1000)))};
}

Folded fold_cast_like(const NodeCall& call, FoldBudget& budget) {
  element_count(call.known(0).dims, budget.elements);
  const KnownTensor& like = call.known(1);
  if (like.element != 0) return {cast_to(call.known(0), like.element)};
  return {cast_to(call.known(0), like.is_real() ? kReals[0] : 7)};
}

constexpr FoldRule kElementwiseFolds[] = {{"Abs", fold_function},
                                          {"Acos", fold_function},
                                          {"Acosh", fold_function},
                                          {"Asin", fold_function},
                                          {"Asinh", fold_function},
                                          {"Atan", fold_function},
                                          {"Atanh", fold_function},
                                          {"Cast", fold_cast},
                                          {"CastLike", fold_cast_like},
                                          {"Ceil", fold_function},
                                          {"Celu", fold_function},
                                          {"Clip", fold_clip},
                                          {"Cos", fold_function},
                                          {"Cosh", fold_function},
                                          {"Elu", fold_function},
                                          {"Erf", fold_function},
                                          {"Exp", fold_function},
                                          {"Floor", fold_function},
                                          {"Gelu", fold_gelu},
                                          {"HardSigmoid", fold_function},
                                          {"HardSwish", fold_function},
                                          {"IsNaN", fold_is_nan},
                                          {"LeakyRelu", fold_function},
                                          {"Log", fold_function},
                                          {"Mish", fold_function},
                                          {"Neg", fold_function},
                                          {"Not", fold_not},
                                          {"Reciprocal", fold_function},
                                          {"Relu", fold_function},
                                          {"Round", fold_function},
                                          {"Selu", fold_function},
                                          {"Sigmoid", fold_function},
                                          {"Sign", fold_function},
                                          {"Sin", fold_function},
                                          {"Sinh", fold_function},
                                          {"Softplus", fold_function},
                                          {"Softsign", fold_function},
                                          {"Sqrt", fold_function},
                                          {"Swish", fold_function, {24, kNewestOpset}},
                                          {"Tan", fold_function},
                                          {"Tanh", fold_function},
                                          {"ThresholdedRelu", fold_function}};

}  // namespace

std::span<const FoldRule> elementwise_folds() {
  return kElementwiseFolds;
}

}  // namespace fcn::tools

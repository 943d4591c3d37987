// SPDX-License-Identifier: MIT
// Comparisons, logic, and functions that choose between values by a comparison.
#include <cmath>
#include <utility>

#include "tools/import/pt2/aten/aten_ops.hpp"

namespace fcn::tools {
namespace {

using ValueNames = std::vector<std::string>;

ValueNames where(AtenCall& call) {
  const bool real = is_real(call.output_meta(0));
  return {call.emit("Where",
                    {call.tensor("condition"), call.operand("self", real), call.operand("other", real)})};
}

/// A comparison; of floats where one of the two is.
ValueNames compared(AtenCall& call, const char* type) {
  const auto real = [&](const char* name) {
    return call.is_tensor(name) ? is_real(call.meta(name)) : std::trunc(call.real(name)) != call.real(name);
  };
  const bool as_real = real("self") || real("other");
  return {call.emit(type, {call.operand("self", as_real), call.operand("other", as_real)})};
}
ValueNames equal(AtenCall& call) {
  return compared(call, "Equal");
}
ValueNames greater(AtenCall& call) {
  return compared(call, "Greater");
}
ValueNames greater_or_equal(AtenCall& call) {
  return compared(call, "GreaterOrEqual");
}
ValueNames less(AtenCall& call) {
  return compared(call, "Less");
}
ValueNames less_or_equal(AtenCall& call) {
  return compared(call, "LessOrEqual");
}

ValueNames not_equal(AtenCall& call) {
  return {call.emit("Not", equal(call))};
}

/// Logic of truth values; PyTorch takes other numbers, too.
std::string truth(AtenCall& call, const char* name) {
  const auto& dtype = call.meta(name).dtype;
  if (!dtype || *dtype != DType::boolean)
    throw Refusal{"argument " + std::string(name) + " is no tensor of truth values"};
  return call.tensor(name);
}
ValueNames logic(AtenCall& call, const char* type) {
  std::string a = truth(call, "self"), b = truth(call, "other");
  return {call.emit(type, {std::move(a), std::move(b)})};
}
ValueNames logical_and(AtenCall& call) {
  return logic(call, "And");
}
ValueNames logical_or(AtenCall& call) {
  return logic(call, "Or");
}
ValueNames logical_xor(AtenCall& call) {
  return logic(call, "Xor");
}
ValueNames logical_not(AtenCall& call) {
  return {call.emit("Not", {truth(call, "self")})};
}

ValueNames sign(AtenCall& call) {
  return {call.emit("Sign", {call.tensor("self")})};
}

ValueNames masked_fill(AtenCall& call) {
  std::string value = call.operand("value", is_real(call.output_meta(0)));
  return {call.emit("Where", {call.tensor("mask"), std::move(value), call.tensor("self")})};
}

/// x > threshold ? x : value.
ValueNames threshold(AtenCall& call) {
  const std::string x = call.tensor("self");
  const std::string above = call.emit("Greater", {x, call.number(call.real("threshold"))});
  return {call.emit("Where", {above, x, call.number(call.real("value"))})};
}

/// x where it is beyond lambd or -lambd, else 0.
ValueNames hard_shrink(AtenCall& call) {
  const std::string x = call.tensor("self");
  const std::string beyond =
      call.emit("Greater", {call.emit("Abs", {x}), call.number(call.real("lambd", 0.5))});
  return {call.emit("Where", {beyond, x, call.number(0)})};
}

ValueNames soft_shrink(AtenCall& call) {
  const auto lambd = static_cast<float>(call.real("lambd", 0.5));
  return {call.emit("Shrink", {call.tensor("self")}, {{"lambd", lambd}, {"bias", lambd}})};
}

constexpr AtenRule kAtenComparisonRules[] = {{"bitwise_and", logical_and},
                                             {"bitwise_not", logical_not},
                                             {"bitwise_or", logical_or},
                                             {"bitwise_xor", logical_xor},
                                             {"eq", equal},
                                             {"ge", greater_or_equal},
                                             {"greater", greater},
                                             {"gt", greater},
                                             {"hardshrink", hard_shrink},
                                             {"le", less_or_equal},
                                             {"less", less},
                                             {"logical_and", logical_and},
                                             {"logical_not", logical_not},
                                             {"logical_or", logical_or},
                                             {"logical_xor", logical_xor},
                                             {"lt", less},
                                             {"masked_fill", masked_fill},
                                             {"ne", not_equal},
                                             {"sign", sign},
                                             {"softshrink", soft_shrink},
                                             {"threshold", threshold},
                                             {"where", where}};

}  // namespace

std::span<const AtenRule> aten_comparison_rules() {
  return kAtenComparisonRules;
}

}  // namespace fcn::tools

// SPDX-License-Identifier: MIT
// Two tensors, or a tensor and a number, value by value. A call whose result is of floats is computed in
// floats, whatever its operands are.
#include <utility>

#include "tools/import/pt2/aten/aten_ops.hpp"

namespace fcn::tools {
namespace {

using ValueNames = std::vector<std::string>;

bool real_result(AtenCall& call) {
  return is_real(call.output_meta(0));
}

/// self + alpha other, or self - alpha other; the other way round for rsub.
ValueNames add_or_subtract(AtenCall& call, const char* type, bool reversed) {
  const bool real = real_result(call);
  std::string a = call.operand("self", real), b = call.operand("other", real);
  const double alpha = call.real("alpha", 1);
  if (alpha != 1) {
    std::string& scaled = reversed ? a : b;
    scaled = call.emit("Mul", {scaled, real ? call.number(alpha) : call.whole(call.integer("alpha"))});
  }
  if (reversed) std::swap(a, b);
  return {call.emit(type, {a, b})};
}

ValueNames add(AtenCall& call) {
  return add_or_subtract(call, "Add", false);
}
ValueNames subtract(AtenCall& call) {
  return add_or_subtract(call, "Sub", false);
}
ValueNames subtract_from(AtenCall& call) {
  return add_or_subtract(call, "Sub", true);
}

ValueNames multiply(AtenCall& call) {
  const bool real = real_result(call);
  return {call.emit("Mul", {call.operand("self", real), call.operand("other", real)})};
}

ValueNames divide(AtenCall& call) {
  const std::string mode = call.text("rounding_mode", "");
  const bool real = real_result(call);
  if (mode.empty() || (!real && mode == "trunc"))
    return {call.emit("Div", {call.operand("self", real), call.operand("other", real)})};
  if (real && mode == "floor")
    return {
        call.emit("Floor", {call.emit("Div", {call.operand("self", real), call.operand("other", real)})})};
  throw Refusal{"argument rounding_mode is " + mode + ", which is not supported here"};
}

ValueNames minimum(AtenCall& call) {
  const bool real = real_result(call);
  return {call.emit("Min", {call.operand("self", real), call.operand("other", real)})};
}
ValueNames maximum(AtenCall& call) {
  const bool real = real_result(call);
  return {call.emit("Max", {call.operand("self", real), call.operand("other", real)})};
}

ValueNames power(AtenCall& call) {
  if (call.overload() == "Tensor_Scalar" && is_real(call.meta("self"))) {
    const std::string x = call.tensor("self");
    const double exponent = call.real("exponent");
    if (exponent == 1) return {x};
    if (exponent == 2) return {call.emit("Mul", {x, x})};
    if (exponent == 3) return {call.emit("Mul", {call.emit("Mul", {x, x}), x})};
    if (exponent == 0.5) return {call.emit("Sqrt", {x})};
    if (exponent == -0.5) return {call.emit("Reciprocal", {call.emit("Sqrt", {x})})};
    if (exponent == -1) return {call.emit("Reciprocal", {x})};
    return {call.emit("Pow", {x, call.number(exponent)})};
  }
  const bool real = real_result(call);
  return {call.emit("Pow", {call.operand("self", real), call.operand("exponent", real)})};
}

/// self + value tensor1 tensor2, or self + value tensor1 / tensor2.
ValueNames add_combined(AtenCall& call, const char* type) {
  std::string combined = call.emit(type, {call.tensor("tensor1"), call.tensor("tensor2")});
  const double value = call.real("value", 1);
  if (value != 1) combined = call.emit("Mul", {combined, call.number(value)});
  return {call.emit("Add", {call.tensor("self"), combined})};
}
ValueNames add_product(AtenCall& call) {
  return add_combined(call, "Mul");
}
ValueNames add_quotient(AtenCall& call) {
  return add_combined(call, "Div");
}

/// self + weight (end - self).
ValueNames interpolated(AtenCall& call) {
  const std::string x = call.tensor("self");
  const std::string way = call.emit("Sub", {call.tensor("end"), x});
  return {call.emit("Add", {x, call.emit("Mul", {way, call.operand("weight", true)})})};
}

constexpr AtenRule kAtenArithmeticRules[] = {
    {"add", add},       {"addcdiv", add_quotient}, {"addcmul", add_product}, {"div", divide},
    {"divide", divide}, {"lerp", interpolated},    {"maximum", maximum},     {"minimum", minimum},
    {"mul", multiply},  {"multiply", multiply},    {"pow", power},           {"rsub", subtract_from},
    {"sub", subtract},  {"subtract", subtract},    {"true_divide", divide}};

}  // namespace

std::span<const AtenRule> aten_arithmetic_rules() {
  return kAtenArithmeticRules;
}

}  // namespace fcn::tools

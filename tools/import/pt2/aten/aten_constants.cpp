// SPDX-License-Identifier: MIT
// Tensors made from nothing but numbers.
#include <cmath>
#include <utility>

#include "tools/import/pt2/aten/aten_ops.hpp"

namespace fcn::tools {
namespace {

using ValueNames = std::vector<std::string>;

/// A tensor of this shape, an ONNX value, and this value everywhere.
std::string filled_shape(AtenCall& call, std::string shape, double value) {
  KnownTensor one{.dims = {1}, .values = std::vector<float>{static_cast<float>(value)}};
  if (!is_real(call.output_meta(0))) one.values = std::vector<std::int64_t>{static_cast<std::int64_t>(value)};
  return call.emit("ConstantOfShape", {std::move(shape)},
                   {{"value", std::make_shared<const KnownTensor>(std::move(one))}});
}

/// A number that an int64 can hold too, where it must.
double fill_value(AtenCall& call) {
  const double value = call.real("fill_value");
  if (is_real(call.output_meta(0)) || std::abs(value) < 0x1p62) return value;
  throw Refusal{"argument fill_value is " + std::to_string(value) + ", beyond an integer"};
}

ValueNames full(AtenCall& call) {
  return {filled_shape(call, call.sizes("size"), fill_value(call))};
}
ValueNames zeros(AtenCall& call) {
  return {filled_shape(call, call.sizes("size"), 0)};
}
ValueNames ones(AtenCall& call) {
  return {filled_shape(call, call.sizes("size"), 1)};
}
ValueNames full_like(AtenCall& call) {
  return {filled_shape(call, call.emit("Shape", {call.tensor("self")}), fill_value(call))};
}
ValueNames zeros_like(AtenCall& call) {
  return {filled_shape(call, call.emit("Shape", {call.tensor("self")}), 0)};
}
ValueNames ones_like(AtenCall& call) {
  return {filled_shape(call, call.emit("Shape", {call.tensor("self")}), 1)};
}

ValueNames scalar_tensor(AtenCall& call) {
  const bool real = is_real(call.output_meta(0));
  return {real ? call.number(call.real("s")) : call.whole(call.integer("s"))};
}

/// Numbers from start in steps of step, ending before end.
ValueNames arange(AtenCall& call) {
  constexpr double kMost = 1 << 20;
  const double start = call.real("start", 0), end = call.real("end"), step = call.real("step", 1);
  const double count = std::ceil((end - start) / step);
  if (!(count >= 0 && count <= kMost))
    throw Refusal{"counts from " + std::to_string(start) + " to " + std::to_string(end) + " in steps of " +
                  std::to_string(step) + ", supported are up to 1048576 numbers"};
  const auto size = static_cast<std::int64_t>(count);
  std::vector<float> reals;
  std::vector<std::int64_t> integers;
  for (std::int64_t i = 0; i < size; ++i) {
    const double value = start + static_cast<double>(i) * step;
    reals.push_back(static_cast<float>(value));
    integers.push_back(static_cast<std::int64_t>(value));
  }
  if (is_real(call.output_meta(0))) return {call.constant({.dims = {size}, .values = std::move(reals)})};
  if (std::abs(start) > 0x1p52 || std::abs(end) > 0x1p52) throw Refusal{"counts beyond 2^52"};
  return {call.constant({.dims = {size}, .values = std::move(integers)})};
}

constexpr AtenRule kAtenConstantsRules[] = {{"arange", arange},
                                            {"full", full},
                                            {"full_like", full_like},
                                            {"new_full", full},
                                            {"new_ones", ones},
                                            {"new_zeros", zeros},
                                            {"ones", ones},
                                            {"ones_like", ones_like},
                                            {"scalar_tensor", scalar_tensor},
                                            {"zeros", zeros},
                                            {"zeros_like", zeros_like}};

}  // namespace

std::span<const AtenRule> aten_constant_rules() {
  return kAtenConstantsRules;
}

}  // namespace fcn::tools

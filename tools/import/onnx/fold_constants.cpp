// SPDX-License-Identifier: MIT
#include "tools/import/onnx/fold_constants.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string_view>
#include <utility>

#include "tools/import/onnx/shape_rules.hpp"
#include "tools/import/onnx/tensor_moves.hpp"

namespace fcn::tools {
namespace {

using Folded = std::vector<KnownTensor>;

KnownTensor integers(Dims dims, std::vector<std::int64_t> values) {
  return {.dims = std::move(dims), .values = std::move(values)};
}

Folded fold_shape(const NodeCall& call, std::uint64_t /*limit*/) {
  const Dims dims = dims_of(call.input(0));
  const auto rank = static_cast<std::int64_t>(dims.size());
  const auto place = [&](std::int64_t index) {
    return std::clamp(index < 0 ? index + rank : index, std::int64_t{0}, rank);
  };
  const std::int64_t begin = place(call.integer("start", 0));
  const std::int64_t end = std::max(begin, place(call.integer("end", rank)));
  return {integers({end - begin}, {dims.begin() + begin, dims.begin() + end})};
}

Folded fold_constant(const NodeCall& call, std::uint64_t /*limit*/) {
  if (const KnownPtr value = call.tensor("value")) return {*value};
  if (call.has_attribute("value_int")) return {integers({}, {call.integer("value_int", 0)})};
  if (call.has_attribute("value_float"))
    return {{.dims = {}, .values = std::vector<float>{call.real("value_float", 0)}}};
  if (call.has_attribute("value_ints")) {
    std::vector<std::int64_t> values = call.integers("value_ints");
    return {integers({static_cast<std::int64_t>(values.size())}, values)};
  }
  if (call.has_attribute("value_floats")) {
    std::vector<float> values = call.reals("value_floats");
    return {{.dims = {static_cast<std::int64_t>(values.size())}, .values = std::move(values)}};
  }
  throw Refusal{"has no value; supported are tensors, numbers and lists of numbers"};
}

Folded fold_constant_of_shape(const NodeCall& call, std::uint64_t limit) {
  const Dims dims = call.known_integers(0);
  const std::size_t count = element_count(dims, limit);
  const KnownPtr value = call.tensor("value");
  if (value == nullptr) return {{.dims = dims, .values = std::vector<float>(count, 0.0f)}};
  if (value->size() != 1) throw Refusal{"attribute value has not one element"};
  return {pick(*value, dims, Steps(dims.size(), 0), 0, limit)};
}

Folded fold_reshape(const NodeCall& call, std::uint64_t limit) {
  KnownTensor result = call.known(0);
  result.dims = reshaped_dims(call);
  element_count(result.dims, limit);
  return {std::move(result)};
}

Folded fold_identity(const NodeCall& call, std::uint64_t limit) {
  element_count(call.known(0).dims, limit);
  return {call.known(0)};
}

Folded fold_cast(const NodeCall& call, std::uint64_t limit) {
  constexpr std::int64_t kRealTypes[] = {1, 10, 11, 16};  // TensorProto::FLOAT, FLOAT16, DOUBLE, BFLOAT16
  const KnownTensor& from = call.known(0);
  const std::int64_t type = call.integer("to", 0);
  const bool to_real = std::find(std::begin(kRealTypes), std::end(kRealTypes), type) != std::end(kRealTypes);
  element_count(from.dims, limit);
  if (to_real == from.is_real()) return {from};
  if (to_real) {
    std::vector<float> values(from.integers().begin(), from.integers().end());
    return {{.dims = from.dims, .values = std::move(values)}};
  }
  std::vector<std::int64_t> values;
  for (const float value : from.reals()) {
    if (!(std::abs(value) < 0x1p62f)) throw Refusal{"casts " + std::to_string(value) + " to an integer"};
    values.push_back(static_cast<std::int64_t>(value));
  }
  return {integers(from.dims, std::move(values))};
}

Folded fold_transpose(const NodeCall& call, std::uint64_t limit) {
  const KnownTensor& from = call.known(0);
  const Steps steps = row_major_steps(from.dims);
  Dims dims;
  Steps picked;
  for (const std::size_t axis : transpose_order(call)) {
    dims.push_back(from.dims[axis]);
    picked.push_back(steps[axis]);
  }
  return {pick(from, dims, picked, 0, limit)};
}

Folded fold_slice(const NodeCall& call, std::uint64_t limit) {
  const KnownTensor& from = call.known(0);
  Dims dims = from.dims;
  Steps steps = row_major_steps(dims);
  std::int64_t begin = 0;
  for (const AxisSlice& slice : slices_of(call)) {
    dims[slice.axis] = slice.count;
    begin += slice.begin * steps[slice.axis];
    steps[slice.axis] *= slice.count > 1 ? slice.step : 1;
  }
  return {pick(from, dims, steps, begin, limit)};
}

Folded fold_split(const NodeCall& call, std::uint64_t limit) {
  const KnownTensor& from = call.known(0);
  const SplitParts parts = split_of(call);
  const Steps steps = row_major_steps(from.dims);
  Folded folded;
  std::int64_t begin = 0;
  for (const std::int64_t size : parts.sizes) {
    Dims dims = from.dims;
    dims[parts.axis] = size;
    folded.push_back(pick(from, dims, steps, begin * steps[parts.axis], limit));
    begin += size;
  }
  return folded;
}

Folded fold_gather(const NodeCall& call, std::uint64_t limit) {
  return {gathered(call.known(0), gather_of(call), limit)};
}

Folded fold_concat(const NodeCall& call, std::uint64_t limit) {
  std::vector<const KnownTensor*> parts;
  for (std::size_t i = 0; i < std::max<std::size_t>(call.input_count(), 1); ++i)
    parts.push_back(&call.known(i));
  return {joined(parts, call.integer("axis", 0), limit)};
}

Folded fold_expand(const NodeCall& call, std::uint64_t limit) {
  return {expanded(call.known(0), broadcast(call.known(0).dims, call.known_integers(1)), limit)};
}

std::int64_t exact(std::string_view type, std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  bool wrong = false;
  if (type == "Add") wrong = __builtin_add_overflow(a, b, &result);
  if (type == "Sub") wrong = __builtin_sub_overflow(a, b, &result);
  if (type == "Mul") wrong = __builtin_mul_overflow(a, b, &result);
  if (type == "Div") {
    wrong = b == 0 || (b == -1 && a == std::numeric_limits<std::int64_t>::min());
    if (!wrong) result = a / b;
  }
  if (wrong)
    throw Refusal{"computes with " + std::to_string(a) + " and " + std::to_string(b) + ", which overflows"};
  return result;
}

float rounded(std::string_view type, float a, float b) {
  if (type == "Add") return a + b;
  if (type == "Sub") return a - b;
  return type == "Mul" ? a * b : a / b;
}

Folded fold_arithmetic(const NodeCall& call, std::uint64_t limit) {
  const std::string& type = call.node().type;
  const Dims dims = broadcast(call.known(0).dims, call.known(1).dims);
  KnownTensor a = expanded(call.known(0), dims, limit);
  const KnownTensor b = expanded(call.known(1), dims, limit);
  if (a.is_real() != b.is_real()) throw Refusal{"its inputs differ in type"};
  if (a.is_real()) {
    auto& values = std::get<std::vector<float>>(a.values);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = rounded(type, values[i], b.reals()[i]);
  } else {
    auto& values = std::get<std::vector<std::int64_t>>(a.values);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = exact(type, values[i], b.integers()[i]);
  }
  return {std::move(a)};
}

Folded fold_rounding(const NodeCall& call, std::uint64_t limit) {
  KnownTensor result = call.known(0);
  element_count(result.dims, limit);
  if (!result.is_real()) return {std::move(result)};
  for (float& value : std::get<std::vector<float>>(result.values))
    value = call.node().type == "Floor" ? std::floor(value) : std::ceil(value);
  return {std::move(result)};
}

struct Rule {
  std::string_view type;
  Folded (*fold)(const NodeCall&, std::uint64_t);
  OpsetRange opsets = {};
};
constexpr Rule kRules[] = {
    {"Add", fold_arithmetic},      {"Cast", fold_cast},         {"Ceil", fold_rounding},
    {"Concat", fold_concat},       {"Constant", fold_constant}, {"ConstantOfShape", fold_constant_of_shape},
    {"Div", fold_arithmetic},      {"Expand", fold_expand},     {"Flatten", fold_reshape},
    {"Floor", fold_rounding},      {"Gather", fold_gather},     {"Identity", fold_identity},
    {"Mul", fold_arithmetic},      {"Reshape", fold_reshape},   {"Slice", fold_slice},
    {"Split", fold_split},         {"Squeeze", fold_reshape},   {"Sub", fold_arithmetic},
    {"Transpose", fold_transpose}, {"Unsqueeze", fold_reshape}};

}  // namespace

std::optional<std::vector<KnownTensor>> fold(const NodeCall& call, std::uint64_t limit) {
  const std::string& type = call.node().type;
  if (type == "Shape") return fold_shape(call, limit);
  if (!call.all_known()) return std::nullopt;
  for (const Rule& rule : kRules)
    if (rule.type == type && rule.opsets.contains(call.opset())) return rule.fold(call, limit);
  return std::nullopt;
}

}  // namespace fcn::tools

// SPDX-License-Identifier: MIT
#include "tools/import/onnx/fold_constants.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <string_view>
#include <utility>

#include "tools/import/onnx/shape_rules.hpp"

namespace fcn::tools {
namespace {

using Folded = std::vector<KnownTensor>;
using Steps = std::vector<std::int64_t>;  // in elements, one an axis

Steps row_major_steps(const Dims& dims) {
  Steps steps(dims.size(), 1);
  for (std::size_t i = dims.size(); i-- > 1;) steps[i - 1] = steps[i] * dims[i];
  return steps;
}

/// For each element of a tensor of `dims`, in order, where a walk of these steps from `begin` stands.
template <class Visit>
void walk(const Dims& dims, const Steps& steps, std::int64_t begin, std::size_t count, Visit visit) {
  std::vector<std::int64_t> index(dims.size(), 0);
  std::int64_t at = begin;
  for (std::size_t i = 0; i < count; ++i) {
    visit(static_cast<std::size_t>(at));
    for (std::size_t axis = dims.size(); axis-- > 0;) {
      at += steps[axis];
      if (++index[axis] < dims[axis]) break;
      at -= steps[axis] * dims[axis];
      index[axis] = 0;
    }
  }
}

/// A tensor of `dims` whose elements are those of `from` along such a walk.
KnownTensor pick(const KnownTensor& from, const Dims& dims, const Steps& steps, std::int64_t begin,
                 std::uint64_t limit) {
  const std::size_t count = element_count(dims, limit);
  return std::visit(
      [&](const auto& values) {
        auto picked = std::decay_t<decltype(values)>();
        picked.reserve(count);
        walk(dims, steps, begin, count, [&](std::size_t at) { picked.push_back(values[at]); });
        return KnownTensor{.dims = dims, .values = std::move(picked)};
      },
      from.values);
}

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

/// Runs of `inner` elements taken from each of `outer` blocks, in the order of `indices` along the axis.
template <class T>
std::vector<T> gather_runs(const std::vector<T>& from, std::size_t outer, std::size_t size, std::size_t inner,
                           const std::vector<std::int64_t>& indices) {
  std::vector<T> values;
  values.reserve(outer * indices.size() * inner);
  for (std::size_t block = 0; block < outer; ++block)
    for (const std::int64_t index : indices) {
      const auto run = from.begin() +
                       static_cast<std::ptrdiff_t>((block * size + static_cast<std::size_t>(index)) * inner);
      values.insert(values.end(), run, run + static_cast<std::ptrdiff_t>(inner));
    }
  return values;
}

Folded fold_gather(const NodeCall& call, std::uint64_t limit) {
  const KnownTensor& from = call.known(0);
  const GatherIndices gather = gather_of(call);
  const auto axis = static_cast<std::ptrdiff_t>(gather.axis);
  const Dims before(from.dims.begin(), from.dims.begin() + axis);
  const Dims after(from.dims.begin() + axis + 1, from.dims.end());
  Dims dims = before;
  dims.insert(dims.end(), gather.dims.begin(), gather.dims.end());
  dims.insert(dims.end(), after.begin(), after.end());
  element_count(dims, limit);
  const std::size_t outer = element_count(before, limit), inner = element_count(after, limit);
  const auto size = static_cast<std::size_t>(from.dims[gather.axis]);
  return {std::visit(
      [&](const auto& values) {
        return KnownTensor{.dims = dims, .values = gather_runs(values, outer, size, inner, gather.indices)};
      },
      from.values)};
}

template <class T>
std::vector<T> concat_runs(const NodeCall& call, std::size_t outer) {
  std::vector<T> values;
  for (std::size_t block = 0; block < outer; ++block)
    for (std::size_t i = 0; i < call.input_count(); ++i) {
      const KnownTensor& part = call.known(i);
      const auto& from = std::get<std::vector<T>>(part.values);
      const auto run = static_cast<std::ptrdiff_t>(from.size() / std::max<std::size_t>(outer, 1));
      const auto begin = from.begin() + static_cast<std::ptrdiff_t>(block) * run;
      values.insert(values.end(), begin, begin + run);
    }
  return values;
}

Folded fold_concat(const NodeCall& call, std::uint64_t limit) {
  Dims dims = call.known(0).dims;
  const std::size_t axis = normal_axis(call.integer("axis", 0), dims.size());
  for (std::size_t i = 1; i < call.input_count(); ++i) {
    Dims other = call.known(i).dims;
    if (other.size() != dims.size() || call.known(i).is_real() != call.known(0).is_real())
      throw Refusal{"its inputs differ in rank or type"};
    dims[axis] += std::exchange(other[axis], dims[axis]);
    if (Dims same = dims; (same[axis] = other[axis], same != other))
      throw Refusal{"its inputs differ in shape"};
    element_count(dims, limit);
  }
  const std::size_t outer =
      element_count({dims.begin(), dims.begin() + static_cast<std::ptrdiff_t>(axis)}, limit);
  if (call.known(0).is_real()) return {{.dims = dims, .values = concat_runs<float>(call, outer)}};
  return {{.dims = dims, .values = concat_runs<std::int64_t>(call, outer)}};
}

/// The dimensions of two tensors broadcast to each other.
Dims broadcast(const Dims& a, const Dims& b) {
  Dims dims(std::max(a.size(), b.size()), 1);
  for (std::size_t i = 0; i < dims.size(); ++i) {
    const std::int64_t x = i < a.size() ? a[a.size() - 1 - i] : 1;
    const std::int64_t y = i < b.size() ? b[b.size() - 1 - i] : 1;
    if (x != y && x != 1 && y != 1)
      throw Refusal{"its inputs are " + dims_text(a) + " and " + dims_text(b) +
                    ", which do not fit each other"};
    dims[dims.size() - 1 - i] = x == 1 ? y : x;
  }
  return dims;
}

/// `from` repeated to `dims`, which broadcast() gave.
KnownTensor expanded(const KnownTensor& from, const Dims& dims, std::uint64_t limit) {
  const Steps own = row_major_steps(from.dims);
  Steps steps(dims.size(), 0);
  for (std::size_t i = 0; i < own.size(); ++i)
    if (from.dims[i] != 1) steps[dims.size() - own.size() + i] = own[i];
  return pick(from, dims, steps, 0, limit);
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
    if (rule.type == type) return rule.fold(call, limit);
  return std::nullopt;
}

}  // namespace fcn::tools

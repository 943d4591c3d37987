// SPDX-License-Identifier: MIT
// Constants, shapes, and elements that are moved without being changed.
#include <algorithm>
#include <cstddef>
#include <utility>
#include <variant>

#include "tools/import/onnx/fold/fold_rules.hpp"
#include "tools/import/onnx/fold/tensor_moves.hpp"
#include "tools/import/onnx/values/shape_rules.hpp"

namespace fcn::tools {
namespace {

Folded fold_shape(const NodeCall& call, FoldBudget& /*budget*/) {
  const Dims dims = dims_of(call.input(0));
  const auto rank = static_cast<std::int64_t>(dims.size());
  const auto place = [&](std::int64_t index) {
    return std::clamp(index < 0 ? index + rank : index, std::int64_t{0}, rank);
  };
  const std::int64_t begin = place(call.integer("start", 0));
  const std::int64_t end = std::max(begin, place(call.integer("end", rank)));
  KnownTensor sizes = integer_tensor({end - begin}, {dims.begin() + begin, dims.begin() + end});
  if (const auto* feature = std::get_if<Feature>(&call.input(0)))
    for (std::int64_t i = begin; i < end; ++i) {
      const auto axis = static_cast<std::size_t>(i);
      SizeOrigin origin;
      for (const MapAxis along : {MapAxis::row, MapAxis::column})
        if (feature->view.is_whole(axis, along, feature->shape))
          origin = {.kind = SizeOrigin::Kind::sum,
                    .terms = {{{.columns = along == MapAxis::column, .node = feature->node}, 1}}};
      sizes.origins.push_back(origin);
    }
  return {std::move(sizes)};
}

Folded fold_constant(const NodeCall& call, FoldBudget& /*budget*/) {
  if (const KnownPtr value = call.tensor("value")) return {*value};
  if (call.has_attribute("value_int")) return {integer_tensor({}, {call.integer("value_int", 0)})};
  if (call.has_attribute("value_float"))
    return {{.dims = {}, .values = std::vector<float>{call.real("value_float", 0)}}};
  if (call.has_attribute("value_ints")) {
    std::vector<std::int64_t> values = call.integers("value_ints");
    return {integer_tensor({static_cast<std::int64_t>(values.size())}, values)};
  }
  if (call.has_attribute("value_floats")) {
    std::vector<float> values = call.reals("value_floats");
    return {{.dims = {static_cast<std::int64_t>(values.size())}, .values = std::move(values)}};
  }
  throw Refusal{"has no value; supported are tensors, numbers and lists of numbers"};
}

Folded fold_constant_of_shape(const NodeCall& call, FoldBudget& budget) {
  const Dims dims = call.known_integers(0);
  const std::size_t count = element_count(dims, budget.elements);
  const KnownPtr value = call.tensor("value");
  if (value == nullptr) return {{.dims = dims, .values = std::vector<float>(count, 0.0f)}};
  if (value->size() != 1) throw Refusal{"attribute value has not one element"};
  return {pick(*value, dims, Steps(dims.size(), 0), 0, budget.elements)};
}

Folded fold_reshape(const NodeCall& call, FoldBudget& budget) {
  KnownTensor result = call.known(0);
  result.dims = reshaped_dims(call);
  element_count(result.dims, budget.elements);
  return {std::move(result)};
}

Folded fold_identity(const NodeCall& call, FoldBudget& budget) {
  if (call.node().type == "Dropout" && call.has(2) && single_value(call, 2) != 0)
    throw Refusal{"input training_mode is set: export the network in evaluation mode (model.eval())"};
  element_count(call.known(0).dims, budget.elements);
  return {call.known(0)};
}

Folded fold_transpose(const NodeCall& call, FoldBudget& budget) {
  const KnownTensor& from = call.known(0);
  const Steps steps = row_major_steps(from.dims);
  Dims dims;
  Steps picked;
  for (const std::size_t axis : transpose_order(call)) {
    dims.push_back(from.dims[axis]);
    picked.push_back(steps[axis]);
  }
  return {pick(from, dims, picked, 0, budget.elements)};
}

Folded fold_slice(const NodeCall& call, FoldBudget& budget) {
  const KnownTensor& from = call.known(0);
  Dims dims = from.dims;
  Steps steps = row_major_steps(dims);
  std::int64_t begin = 0;
  for (const AxisSlice& slice : slices_of(call)) {
    dims[slice.axis] = slice.count;
    begin += slice.begin * steps[slice.axis];
    steps[slice.axis] *= slice.count > 1 ? slice.step : 1;
  }
  return {pick(from, dims, steps, begin, budget.elements)};
}

Folded fold_split(const NodeCall& call, FoldBudget& budget) {
  const KnownTensor& from = call.known(0);
  const SplitParts parts = split_of(call);
  const Steps steps = row_major_steps(from.dims);
  Folded folded;
  std::int64_t begin = 0;
  for (const std::int64_t size : parts.sizes) {
    Dims dims = from.dims;
    dims[parts.axis] = size;
    folded.push_back(pick(from, dims, steps, begin * steps[parts.axis], budget.elements));
    begin += size;
  }
  return folded;
}

Folded fold_gather(const NodeCall& call, FoldBudget& budget) {
  return {gathered(call.known(0), gather_of(call), budget.elements)};
}

Folded fold_concat(const NodeCall& call, FoldBudget& budget) {
  std::vector<const KnownTensor*> parts;
  for (std::size_t i = 0; i < std::max<std::size_t>(call.input_count(), 1); ++i)
    parts.push_back(&call.known(i));
  return {joined(parts, call.integer("axis", 0), budget.elements)};
}

Folded fold_expand(const NodeCall& call, FoldBudget& budget) {
  return {expanded(call.known(0), broadcast(call.known(0).dims, call.known_integers(1)), budget.elements)};
}

Folded fold_size(const NodeCall& call, FoldBudget& /*budget*/) {
  constexpr std::uint64_t most = std::uint64_t{1} << 40;
  return {integer_tensor({}, {static_cast<std::int64_t>(element_count(dims_of(call.input(0)), most))})};
}

constexpr FoldRule kShapesFolds[] = {
    {"Concat", fold_concat},    {"Constant", fold_constant}, {"ConstantOfShape", fold_constant_of_shape},
    {"Dropout", fold_identity}, {"Expand", fold_expand},     {"Flatten", fold_reshape},
    {"Gather", fold_gather},    {"Identity", fold_identity}, {"Reshape", fold_reshape},
    {"Shape", fold_shape},      {"Size", fold_size},         {"Slice", fold_slice},
    {"Split", fold_split},      {"Squeeze", fold_reshape},   {"Transpose", fold_transpose},
    {"Unsqueeze", fold_reshape}};

}  // namespace

std::span<const FoldRule> shape_folds() {
  return kShapesFolds;
}

}  // namespace fcn::tools

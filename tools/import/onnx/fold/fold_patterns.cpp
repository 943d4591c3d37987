// SPDX-License-Identifier: MIT
// Tensors of a pattern: numbers counted up, diagonals of ones, triangles.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>

#include "tools/import/onnx/fold/fold_rules.hpp"

namespace fcn::tools {
namespace {

Folded fold_trilu(const NodeCall& call, FoldBudget& budget) {
  KnownTensor result = call.known(0);
  element_count(result.dims, budget.elements);
  if (result.dims.size() < 2) throw Refusal{"its input is no matrix"};
  const std::int64_t shift = call.has(1) ? call.known_integers(1).at(0) : 0;
  const bool upper = call.integer("upper", 1) != 0;
  const std::int64_t rows = result.dims[result.dims.size() - 2], columns = result.dims.back();
  std::visit(
      [&](auto& values) {
        for (std::size_t i = 0; i < values.size(); ++i) {
          const auto place = static_cast<std::int64_t>(i);
          const std::int64_t row = place / columns % rows, column = place % columns;
          if (upper ? column - row < shift : column - row > shift) values[i] = 0;
        }
      },
      result.values);
  return {std::move(result)};
}

Folded fold_range(const NodeCall& call, FoldBudget& budget) {
  const double start = single_value(call, 0), limit = single_value(call, 1), delta = single_value(call, 2);
  if (delta == 0 || !std::isfinite(start) || !std::isfinite(limit) || !std::isfinite(delta))
    throw Refusal{"counts from " + std::to_string(start) + " in steps of " + std::to_string(delta)};
  const double steps = std::max(std::ceil((limit - start) / delta), 0.0);
  if (!(steps <= static_cast<double>(budget.elements))) throw Refusal{"counts too far"};
  const auto count = static_cast<std::size_t>(steps);
  const Dims dims{static_cast<std::int64_t>(count)};
  if (call.known(0).is_real()) {
    std::vector<double> values;
    for (std::size_t i = 0; i < count; ++i) values.push_back(start + static_cast<double>(i) * delta);
    return {real_tensor(dims, values)};
  }
  std::vector<std::int64_t> values;
  std::int64_t value = call.known_integers(0)[0];
  for (std::size_t i = 0; i < count; ++i) {
    values.push_back(value);
    if (i + 1 < count) value += call.known_integers(2)[0];
  }
  return {integer_tensor(dims, std::move(values))};
}

Folded fold_eye_like(const NodeCall& call, FoldBudget& budget) {
  const KnownTensor& like = call.known(0);
  element_count(like.dims, budget.elements);
  if (like.dims.size() != 2 || call.has_attribute("dtype"))
    throw Refusal{"supported are matrices of its input's type"};
  KnownTensor result = like;
  const std::int64_t shift = call.integer("k", 0), columns = like.dims[1];
  std::visit(
      [&](auto& values) {
        for (std::size_t i = 0; i < values.size(); ++i) {
          const auto place = static_cast<std::int64_t>(i);
          values[i] = place % columns - place / columns == shift ? 1 : 0;
        }
      },
      result.values);
  return {std::move(result)};
}

constexpr FoldRule kPatternFolds[] = {
    {"EyeLike", fold_eye_like}, {"Range", fold_range}, {"Trilu", fold_trilu}};

}  // namespace

std::span<const FoldRule> pattern_folds() {
  return kPatternFolds;
}

}  // namespace fcn::tools

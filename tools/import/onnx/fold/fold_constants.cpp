// SPDX-License-Identifier: MIT
#include "tools/import/onnx/fold/fold_constants.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "tools/import/onnx/fold/fold_rules.hpp"

namespace fcn::tools {
namespace {

const FoldRule* find_rule(const NodeCall& call) {
  for (const auto rules :
       {shape_folds(), gather_folds(), pattern_folds(), elementwise_folds(), pairwise_folds(),
        reduction_folds(), norm_folds(), product_folds(), quantised_folds()})
    for (const FoldRule& rule : rules)
      if (rule.type == call.node().type && rule.opsets.contains(call.opset())) return &rule;
  return nullptr;
}

}  // namespace

void FoldBudget::spend(std::uint64_t amount) {
  if (amount > work)
    throw Refusal{"takes too long to compute: the file asks for more than a classifier needs"};
  work -= amount;
}

std::optional<std::vector<KnownTensor>> fold(const NodeCall& call, FoldBudget& budget) {
  const std::string& type = call.node().type;
  const bool of_shape = type == "Shape" || type == "Size";  // the values need not be known
  if (!of_shape && !call.all_known()) return std::nullopt;
  const FoldRule* rule = find_rule(call);
  if (rule == nullptr) return std::nullopt;
  for (std::size_t i = 0; i < call.input_count(); ++i)
    if (call.is_known(i)) budget.spend(call.known(i).size());
  Folded folded = rule->fold(call, budget);
  for (const KnownTensor& tensor : folded)
    budget.elements -= std::min<std::uint64_t>(tensor.size(), budget.elements);
  return folded;
}

std::vector<double> doubles_of(const KnownTensor& tensor) {
  if (tensor.is_real()) return {tensor.reals().begin(), tensor.reals().end()};
  std::vector<double> values;
  for (const std::int64_t value : tensor.integers()) values.push_back(static_cast<double>(value));
  return values;
}

KnownTensor real_tensor(Dims dims, const std::vector<double>& values) {
  std::vector<float> rounded;
  rounded.reserve(values.size());
  for (const double value : values) rounded.push_back(static_cast<float>(value));
  return {.dims = std::move(dims), .values = std::move(rounded)};
}

KnownTensor integer_tensor(Dims dims, std::vector<std::int64_t> values) {
  return {.dims = std::move(dims), .values = std::move(values)};
}

double single_value(const NodeCall& call, std::size_t i) {
  const KnownTensor& tensor = call.known(i);
  if (tensor.size() != 1)
    throw Refusal{"input " + std::to_string(i) + " has " + std::to_string(tensor.size()) +
                  " values, expected 1"};
  return doubles_of(tensor)[0];
}

AlongAxis along(const Dims& dims, std::size_t axis) {
  AlongAxis result;
  for (std::size_t i = 0; i < dims.size(); ++i) {
    const auto size = static_cast<std::size_t>(dims[i]);
    if (i == axis) result.size = size;
    if (i < axis) result.outer *= size;
    if (i > axis) result.inner *= size;
  }
  return result;
}

}  // namespace fcn::tools

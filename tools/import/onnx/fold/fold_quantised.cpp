// SPDX-License-Identifier: MIT
// Known tensors between reals and the integers that stand for them.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>

#include "tools/import/onnx/fold/fold_rules.hpp"
#include "tools/import/onnx/values/quantisation.hpp"

namespace fcn::tools {
namespace {

/// For every element of a tensor, which of the scales is its own: one for all, one an index of the axis, or
/// one a block along it.
class ScaleOf {
 public:
  ScaleOf(const NodeCall& call, const Dims& dims) {
    const KnownTensor& scale = call.known(1);
    if (scale.size() == 1) return;
    const std::size_t axis = normal_axis(call.integer("axis", 1), dims.size());
    at_ = along(dims, axis);
    const std::int64_t block = call.integer("block_size", 0);
    if (block > 0) block_ = static_cast<std::size_t>(block);
    blocks_ = (at_.size + block_ - 1) / block_;
    blocked_ = block > 0;
    Dims expected{dims[axis]};
    if (blocked_) {
      expected = dims;
      expected[axis] = static_cast<std::int64_t>(blocks_);
    }
    if (scale.dims != expected || block < 0)
      throw Refusal{"its scales of shape " + dims_text(scale.dims) + " do not fit " + dims_text(dims)};
    one_ = false;
  }

  [[nodiscard]] std::size_t operator()(std::size_t i) const {
    if (one_) return 0;
    const std::size_t k = i / at_.inner % at_.size;
    if (!blocked_) return k;
    return (i / (at_.inner * at_.size) * blocks_ + k / block_) * at_.inner + i % at_.inner;
  }

 private:
  bool one_ = true, blocked_ = false;
  AlongAxis at_;
  std::size_t block_ = 1, blocks_ = 1;
};

std::vector<double> zero_points(const NodeCall& call) {
  if (!call.has(2)) return std::vector<double>(call.known(1).size(), 0.0);
  if (call.known(2).size() != call.known(1).size()) throw Refusal{"its zero points do not fit its scales"};
  return doubles_of(call.known(2));
}

Folded fold_dequantise(const NodeCall& call, FoldBudget& budget) {
  const KnownTensor& from = call.known(0);
  element_count(from.dims, budget.elements);
  const ScaleOf scale_of(call, from.dims);
  const std::vector<double> scales = doubles_of(call.known(1)), zeros = zero_points(call);
  std::vector<double> values = doubles_of(from);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t k = scale_of(i);
    values[i] = (values[i] - zeros[k]) * scales[k];
  }
  return {real_tensor(from.dims, values)};
}

Folded fold_quantise(const NodeCall& call, FoldBudget& budget) {
  const KnownTensor& from = call.known(0);
  element_count(from.dims, budget.elements);
  const ScaleOf scale_of(call, from.dims);
  const std::vector<double> scales = doubles_of(call.known(1)), zeros = zero_points(call);
  const QuantisedRange range = quantised_range(call);
  const std::vector<double> values = doubles_of(from);
  std::vector<std::int64_t> integers;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t k = scale_of(i);
    const double exact = values[i] / scales[k];
    const double nearest = exact - std::remainder(exact, 1.0);  // ties to even
    if (!std::isfinite(nearest)) throw Refusal{"quantises a value that is no number"};
    integers.push_back(static_cast<std::int64_t>(std::clamp(nearest + zeros[k], range.low, range.high)));
  }
  return {{.dims = from.dims, .values = std::move(integers), .element = range.element}};
}

constexpr FoldRule kQuantisedFolds[] = {{"DequantizeLinear", fold_dequantise},
                                        {"QuantizeLinear", fold_quantise}};

}  // namespace

std::span<const FoldRule> quantised_folds() {
  return kQuantisedFolds;
}

}  // namespace fcn::tools

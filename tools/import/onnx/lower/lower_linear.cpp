// SPDX-License-Identifier: MIT
// Products with matrices of weights.
#include <algorithm>
#include <cstddef>
#include <numeric>
#include <optional>
#include <utility>

#include "tools/import/onnx/lower/elementwise.hpp"
#include "tools/import/onnx/lower/matrix_product.hpp"
#include "tools/import/onnx/lower/reduce.hpp"

namespace fcn::tools {
namespace {

/// Gemm's third input as one value an output; nothing if it is none, or differs from row to row.
std::optional<std::vector<float>> gemm_bias(const NodeCall& call, int outputs) {
  if (!call.has(2)) return std::vector<float>();
  const KnownTensor& known = call.known(2);
  std::vector<float> values = call.known_reals(2);
  const float scale = call.real("beta", 1);
  for (float& value : values) value *= scale;
  if (values.size() == 1) return std::vector<float>(static_cast<std::size_t>(outputs), values[0]);
  if (known.dims.empty() || known.dims.back() != outputs ||
      values.size() != static_cast<std::size_t>(outputs))
    throw Refusal{"its bias has the shape " + dims_text(known.dims) + ", expected " +
                  std::to_string(outputs) + " values"};
  return values;
}

std::vector<Value> lower_gemm(const NodeCall& call, NetworkBuilder& net) {
  Feature in = call.feature(0);
  if (in.view.rank() != 2)
    throw Refusal{"its input has " + std::to_string(in.view.rank()) + " axes, expected 2"};
  if (call.integer("transA", 0) != 0) {
    const std::size_t swapped[] = {1, 0};
    in.view = in.view.transposed(swapped);
  }
  const Matrix matrix =
      read_matrix(call.known(1), call.known_reals(1), call.integer("transB", 0) != 0, call.real("alpha", 1));
  if (call.has(2) && !call.is_known(2)) {
    const Feature added = scaled(call.feature(2), call.real("beta", 1), 0, net);
    return {combine(ArithmeticKind::add, multiply(in, matrix, {}, net), added, net)};
  }
  return {multiply(in, matrix, *gemm_bias(call, matrix.outputs), net)};
}

/// Weights on the left, [n][k] times [...][k][m].
Feature multiply_from_left(const NodeCall& call, NetworkBuilder& net) {
  const Feature& in = call.feature(1);
  if (in.view.rank() < 2) throw Refusal{"its weights multiply a vector from the left"};
  return multiply_axis(in, in.view.rank() - 2, read_matrix(call.known(0), call.known_reals(0), true, 1), net);
}

/// Without axes of size 1 in front of the last two.
KnownTensor without_stacks(const KnownTensor& known) {
  KnownTensor result = known;
  while (result.dims.size() > 2 && result.dims.front() == 1) result.dims.erase(result.dims.begin());
  return result;
}

/// A matrix times a vector, or a vector times a matrix, where both depend on the picture: a weighted sum.
Feature weighted_sum(const Feature& a, const Feature& b, NetworkBuilder& net) {
  const std::size_t rank = a.view.rank();
  const bool vectors =
      rank == b.view.rank() && rank >= 2 && (a.view.axis(rank - 2).empty() || b.view.axis(rank - 1).empty());
  if (!vectors)
    throw Refusal{"multiplies two matrices that depend on the picture (attention), supported is one"};
  const bool vector_first = a.view.axis(rank - 2).empty();
  std::vector<std::size_t> swapped(rank);
  std::iota(swapped.begin(), swapped.end(), std::size_t{0});
  std::swap(swapped[rank - 2], swapped[rank - 1]);
  // [m][k] times [1][k], or [k][1] times [k][n].
  Feature left = a, right = b;
  (vector_first ? left : right).view = (vector_first ? left : right).view.transposed(swapped);
  const Feature products = combine(ArithmeticKind::multiply, left, right, net);
  Axes axes(rank, false);
  axes[vector_first ? rank - 2 : rank - 1] = true;
  return reduce(products, ReductionKind::sum, axes, true, net);
}

std::vector<Value> lower_matmul(const NodeCall& call, NetworkBuilder& net) {
  if (call.is_known(0)) return {multiply_from_left(call, net)};
  if (!call.is_known(1)) return {weighted_sum(call.feature(0), call.feature(1), net)};
  const Feature& in = call.feature(0);
  const KnownTensor known = without_stacks(call.known(1));
  const std::vector<float> values = call.known_reals(1);
  if (known.dims.size() > 2) return {multiply_stacks(in, call.known(1), values, net)};
  if (call.known(1).dims.size() > in.view.rank())
    throw Refusal{"its weights have more axes than its input of shape " + dims_text(in.view.dims())};
  return {multiply(in, read_matrix(known, values, false, 1), {}, net)};
}

constexpr LoweringRule kLinearRules[] = {{"Gemm", lower_gemm}, {"MatMul", lower_matmul}};

}  // namespace

std::span<const LoweringRule> linear_rules() {
  return kLinearRules;
}

}  // namespace fcn::tools

// SPDX-License-Identifier: MIT
// Einsum where it is a product with a matrix of weights along one axis, or with a value for each index of
// some axes.
#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include "tools/import/onnx/elementwise.hpp"
#include "tools/import/onnx/matrix_product.hpp"
#include "tools/import/onnx/tensor_moves.hpp"

namespace fcn::tools {
namespace {

/// "bchw,oc->bohw" taken apart.
struct ProductEquation {
  std::string left, right, result;
};

ProductEquation read_equation(const NodeCall& call) {
  std::string text = call.text("equation", "");
  text.erase(std::remove(text.begin(), text.end(), ' '), text.end());
  const std::size_t comma = text.find(','), arrow = text.find("->");
  const auto refuse = [&] {
    return Refusal{"attribute equation is \"" + text +
                   "\", supported are two tensors with every axis named once in each and the result given"};
  };
  if (call.input_count() != 2 || comma == std::string::npos || arrow == std::string::npos || comma > arrow)
    throw refuse();
  ProductEquation equation{.left = text.substr(0, comma),
                           .right = text.substr(comma + 1, arrow - comma - 1),
                           .result = text.substr(arrow + 2)};
  for (const std::string* part : {&equation.left, &equation.right, &equation.result})
    for (const char letter : *part)
      if (std::string("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ").find(letter) ==
              std::string::npos ||
          std::count(part->begin(), part->end(), letter) != 1)
        throw refuse();
  return equation;
}

/// The tensor with its axes in the result's order.
Feature in_order(const Feature& in, const std::string& axes, const std::string& wanted) {
  if (axes.size() != wanted.size()) throw Refusal{"its result sums over other axes than one matrix product"};
  std::vector<std::size_t> order;
  for (const char letter : wanted) {
    const std::size_t at = axes.find(letter);
    if (at == std::string::npos) throw Refusal{"its result has an axis that its tensors lack"};
    order.push_back(at);
  }
  Feature out = in;
  out.view = in.view.transposed(order);
  return out;
}

/// The weights with axes in the order of the tensor's letters, and size 1 where they have none.
KnownTensor aligned(const KnownTensor& known, const std::string& axes, const std::string& tensor) {
  Dims dims;
  Steps steps;
  const Steps own = row_major_steps(known.dims);
  for (const char letter : tensor) {
    const std::size_t at = axes.find(letter);
    dims.push_back(at == std::string::npos ? 1 : known.dims[at]);
    steps.push_back(at == std::string::npos ? 0 : own[at]);
  }
  return pick(known, dims, steps, 0, std::uint64_t{1} << 28);
}

std::vector<Value> lower_einsum(const NodeCall& call, NetworkBuilder& net) {
  const ProductEquation equation = read_equation(call);
  if (!call.is_known(0) && !call.is_known(1))
    throw Refusal{"multiplies two tensors that depend on the picture (attention), supported is one"};
  const std::size_t at = call.is_known(0) ? 1 : 0;
  const Feature& in = call.feature(at);
  const KnownTensor& known = call.known(1 - at);
  std::string axes = at == 0 ? equation.left : equation.right;
  const std::string weights = at == 0 ? equation.right : equation.left;
  if (axes.size() != in.view.rank() || weights.size() != known.dims.size())
    throw Refusal{"its equation does not fit its inputs"};
  std::string summed, made;
  for (const char letter : weights) {
    if (equation.result.find(letter) == std::string::npos) summed += letter;
    if (axes.find(letter) == std::string::npos) made += letter;
  }
  if (summed.empty() && made.empty()) {
    const auto factors = std::make_shared<const KnownTensor>(aligned(known, weights, axes));
    return {in_order(combine(ArithmeticKind::multiply, in, Value(factors), net), axes, equation.result)};
  }
  if (summed.size() != 1 || made.size() != 1 || weights.size() != 2)
    throw Refusal{"sums over " + std::to_string(summed.size()) + " axes with weights of " +
                  std::to_string(weights.size()) + ", supported is one matrix along one axis"};
  const std::size_t axis = axes.find(summed[0]);
  if (axis == std::string::npos) throw Refusal{"sums over an axis of its weights alone"};
  const Matrix matrix = read_matrix(known, call.known_reals(1 - at), weights[0] == made[0], 1);
  const Feature product = multiply_axis(in, axis, matrix, net);
  axes[axis] = made[0];
  return {in_order(product, axes, equation.result)};
}

constexpr LoweringRule kEinsumRules[] = {{"Einsum", lower_einsum, {12, kNewestOpset}}};

}  // namespace

std::span<const LoweringRule> einsum_rules() {
  return kEinsumRules;
}

}  // namespace fcn::tools

// SPDX-License-Identifier: MIT
// Einsum where it is a product with a matrix of weights along one axis, with a value for each index of some
// axes, or of two maps value by value.
#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "tools/import/onnx/fold/tensor_moves.hpp"
#include "tools/import/onnx/lower/elementwise.hpp"
#include "tools/import/onnx/lower/matrix_product.hpp"
#include "tools/import/onnx/lower/reduce.hpp"

namespace fcn::tools {
namespace {

/// "bchw,oc->bohw" taken apart; a letter an axis.
struct ProductEquation {
  std::string left, right, result;
};

constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view kUnnamed = "01234567";  // the axes that an ellipsis stands for

/// One side's axes, its ellipsis written out as `unnamed` axes.
std::string written_out(const std::string& text, std::size_t unnamed) {
  const std::size_t at = text.find("...");
  if (at == std::string::npos) return text;
  return text.substr(0, at) + std::string(kUnnamed.substr(0, unnamed)) + text.substr(at + 3);
}

/// If the equation states no result: the letters that occur once, in alphabetical order.
std::string implied_result(const std::string& left, const std::string& right) {
  const std::string both = left + right;
  std::string result = both.find("...") == std::string::npos ? "" : "...";
  std::string letters(kLetters);
  std::sort(letters.begin(), letters.end());
  for (const char letter : letters)
    if (std::count(both.begin(), both.end(), letter) == 1) result += letter;
  return result;
}

ProductEquation read_equation(const NodeCall& call) {
  std::string text = call.text("equation", "");
  text.erase(std::remove(text.begin(), text.end(), ' '), text.end());
  const std::size_t comma = text.find(','), arrow = std::min(text.find("->"), text.size());
  const auto refuse = [&] {
    return Refusal{"attribute equation is \"" + text +
                   "\", supported are two tensors with every axis named once in each"};
  };
  if (call.input_count() != 2 || comma >= arrow) throw refuse();
  ProductEquation equation{.left = text.substr(0, comma),
                           .right = text.substr(comma + 1, arrow - comma - 1),
                           .result = arrow == text.size() ? "" : text.substr(arrow + 2)};
  if (arrow == text.size()) equation.result = implied_result(equation.left, equation.right);
  std::size_t unnamed = 0;
  for (const std::size_t i : {0u, 1u}) {
    const std::string& part = i == 0 ? equation.left : equation.right;
    if (part.find("...") == std::string::npos) continue;
    const std::size_t rank = dims_of(call.input(i)).size(), named = part.size() - 3;
    const std::size_t covered = rank < named ? kUnnamed.size() + 1 : rank - named;
    if (covered > kUnnamed.size() || (unnamed != 0 && unnamed != covered)) throw refuse();
    unnamed = covered;
  }
  for (std::string* part : {&equation.left, &equation.right, &equation.result}) {
    *part = written_out(*part, unnamed);
    for (const char letter : *part)
      if ((kLetters.find(letter) == std::string::npos && kUnnamed.find(letter) == std::string::npos) ||
          std::count(part->begin(), part->end(), letter) != 1)
        throw refuse();
  }
  for (const char letter : equation.result)
    if ((equation.left + equation.right).find(letter) == std::string::npos) throw refuse();
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

/// The tensor with its axes in this order, and axes of size 1 where it lacks one.
Feature spread_out(const Feature& in, const std::string& axes, const std::string& order) {
  if (axes.size() != in.view.rank()) throw Refusal{"its equation does not fit its inputs"};
  std::vector<ViewAxis> views;
  for (const char letter : order) {
    const std::size_t at = axes.find(letter);
    views.push_back(at == std::string::npos ? ViewAxis{} : in.view.axis(at));
  }
  Feature out = in;
  out.view = TensorView(std::move(views));
  return out;
}

/// Two tensors that depend on the picture, multiplied value by value and summed over the axes that the result
/// lacks. Where such an axis is there twice and others stay on both sides, it is a product of matrices.
Feature multiply_features(const ProductEquation& equation, const Feature& left, const Feature& right,
                          NetworkBuilder& net) {
  std::string summed;
  bool only_left = false, only_right = false;
  for (const char letter : equation.left + equation.right) {
    const bool here = equation.left.find(letter) != std::string::npos;
    const bool there = equation.right.find(letter) != std::string::npos;
    if (equation.result.find(letter) == std::string::npos && summed.find(letter) == std::string::npos)
      summed += letter;
    only_left = only_left || !there;
    only_right = only_right || !here;
  }
  if (!summed.empty() && only_left && only_right)
    throw Refusal{"multiplies two tensors that depend on the picture (attention), supported is one"};
  const std::string order = equation.result + summed;
  Feature product = combine(ArithmeticKind::multiply, spread_out(left, equation.left, order),
                            spread_out(right, equation.right, order), net);
  if (summed.empty()) return product;
  Axes axes(order.size(), false);
  for (std::size_t i = equation.result.size(); i < order.size(); ++i) axes[i] = true;
  return reduce(product, ReductionKind::sum, axes, false, net);
}

std::vector<Value> lower_einsum(const NodeCall& call, NetworkBuilder& net) {
  const ProductEquation equation = read_equation(call);
  if (!call.is_known(0) && !call.is_known(1))
    return {multiply_features(equation, call.feature(0), call.feature(1), net)};
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

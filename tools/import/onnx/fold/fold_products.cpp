// SPDX-License-Identifier: MIT
// Products of known matrices and convolutions of known tensors, as re-parametrised branches leave them.
#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <utility>

#include "fcn/base/checked.hpp"
#include "tools/import/onnx/fold/fold_rules.hpp"
#include "tools/import/onnx/fold/tensor_moves.hpp"

namespace fcn::tools {
namespace {

/// Pays for a product of these counts.
void pay(FoldBudget& budget, const Dims& counts) {
  budget.spend(element_count(counts, budget.work));
}

/// Stacks of matrices [m][k] times [k][n].
std::vector<double> multiply_stacks(const std::vector<double>& a, const std::vector<double>& b,
                                    std::size_t stacks, std::size_t m, std::size_t k, std::size_t n) {
  std::vector<double> c(stacks * m * n, 0.0);
  for (std::size_t s = 0; s < stacks; ++s)
    for (std::size_t y = 0; y < m; ++y)
      for (std::size_t i = 0; i < k; ++i) {
        const double factor = a[(s * m + y) * k + i];
        for (std::size_t x = 0; x < n; ++x) c[(s * m + y) * n + x] += factor * b[(s * k + i) * n + x];
      }
  return c;
}

Folded fold_matmul(const NodeCall& call, FoldBudget& budget) {
  KnownTensor a = call.known(0), b = call.known(1);
  const bool row = a.dims.size() == 1, column = b.dims.size() == 1;
  if (a.dims.empty() || b.dims.empty()) throw Refusal{"multiplies a scalar"};
  if (row) a.dims.insert(a.dims.begin(), 1);
  if (column) b.dims.push_back(1);
  const std::int64_t m = a.dims[a.dims.size() - 2], k = a.dims.back(), n = b.dims.back();
  if (b.dims[b.dims.size() - 2] != k)
    throw Refusal{"multiplies " + dims_text(a.dims) + " with " + dims_text(b.dims)};
  const Dims stacks = broadcast({a.dims.begin(), a.dims.end() - 2}, {b.dims.begin(), b.dims.end() - 2});
  const auto stacked = [&](const KnownTensor& tensor) {
    Dims dims = stacks;
    dims.insert(dims.end(), tensor.dims.end() - 2, tensor.dims.end());
    return doubles_of(expanded(tensor, dims, budget.elements));
  };
  Dims counts = stacks;
  counts.insert(counts.end(), {m, k, n});
  pay(budget, counts);
  Dims dims = stacks;
  if (!row) dims.push_back(m);
  if (!column) dims.push_back(n);
  element_count(dims, budget.elements);
  return {real_tensor(dims, multiply_stacks(stacked(a), stacked(b), element_count(stacks, budget.elements),
                                            static_cast<std::size_t>(m), static_cast<std::size_t>(k),
                                            static_cast<std::size_t>(n)))};
}

KnownTensor turned(const KnownTensor& matrix, bool turn, FoldBudget& budget) {
  if (matrix.dims.size() != 2) throw Refusal{"multiplies a tensor of shape " + dims_text(matrix.dims)};
  if (!turn) return matrix;
  return pick(matrix, {matrix.dims[1], matrix.dims[0]}, {1, matrix.dims[1]}, 0, budget.elements);
}

Folded fold_gemm(const NodeCall& call, FoldBudget& budget) {
  const KnownTensor a = turned(call.known(0), call.integer("transA", 0) != 0, budget);
  const KnownTensor b = turned(call.known(1), call.integer("transB", 0) != 0, budget);
  if (a.dims[1] != b.dims[0]) throw Refusal{"multiplies " + dims_text(a.dims) + " with " + dims_text(b.dims)};
  pay(budget, {a.dims[0], a.dims[1], b.dims[1]});
  const Dims dims{a.dims[0], b.dims[1]};
  element_count(dims, budget.elements);
  const auto size = [](std::int64_t dim) { return static_cast<std::size_t>(dim); };
  std::vector<double> values =
      multiply_stacks(doubles_of(a), doubles_of(b), 1, size(a.dims[0]), size(a.dims[1]), size(b.dims[1]));
  const double alpha = static_cast<double>(call.real("alpha", 1)),
               beta = static_cast<double>(call.real("beta", 1));
  for (double& value : values) value *= alpha;
  if (call.has(2)) {
    if (broadcast(call.known(2).dims, dims) != dims) throw Refusal{"its input C is larger than the product"};
    const std::vector<double> more = doubles_of(expanded(call.known(2), dims, budget.elements));
    for (std::size_t i = 0; i < values.size(); ++i) values[i] += beta * more[i];
  }
  return {real_tensor(dims, values)};
}

/// A convolution along up to three axes; those that are missing have one place.
struct Geometry {
  std::array<std::int64_t, 3> in{1, 1, 1}, kernel{1, 1, 1}, out{1, 1, 1};
  std::array<std::int64_t, 3> stride{1, 1, 1}, dilation{1, 1, 1}, before{0, 0, 0};
};

Geometry geometry_of(const NodeCall& call, std::size_t axes) {
  constexpr std::int64_t most = 1 << 20;
  const auto numbers = [&](const char* name, std::size_t count, std::int64_t fallback, std::int64_t least) {
    std::vector<std::int64_t> values = call.integers(name);
    if (values.empty()) values.assign(count, fallback);
    if (values.size() != count) throw Refusal{"attribute " + std::string(name) + " has a wrong length"};
    for (const std::int64_t value : values)
      if (value < least || value > most)
        throw Refusal{"attribute " + std::string(name) + " is " + std::to_string(value)};
    return values;
  };
  const std::string mode = call.text("auto_pad", "NOTSET");
  if (mode != "NOTSET" && mode != "VALID")
    throw Refusal{"attribute auto_pad is \"" + mode + "\", supported on constants are NOTSET and VALID"};
  const auto strides = numbers("strides", axes, 1, 1), dilations = numbers("dilations", axes, 1, 1);
  const auto pads =
      mode == "VALID" ? std::vector<std::int64_t>(2 * axes, 0) : numbers("pads", 2 * axes, 0, 0);
  Geometry at;
  for (std::size_t i = 0; i < axes; ++i) {
    at.in[i] = call.known(0).dims[i + 2];
    at.kernel[i] = call.known(1).dims[i + 2];
    at.stride[i] = strides[i];
    at.dilation[i] = dilations[i];
    at.before[i] = pads[i];
    const std::int64_t room = at.in[i] + pads[i] + pads[axes + i] - ((at.kernel[i] - 1) * at.dilation[i] + 1);
    if (at.kernel[i] < 1 || at.kernel[i] > most || at.in[i] > (std::int64_t{1} << 40) || room < 0)
      throw Refusal{"its kernel is larger than its input"};
    at.out[i] = room / at.stride[i] + 1;
  }
  return at;
}

/// One output value: the kernel over one group's channels.
double correlate(const double* in, const double* kernel, std::int64_t channels, const Geometry& at,
                 const std::array<std::int64_t, 3>& out) {
  const std::int64_t plane = at.in[0] * at.in[1] * at.in[2];
  double sum = 0;
  for (std::int64_t c = 0; c < channels; ++c)
    for (std::int64_t i = 0; i < at.kernel[0]; ++i)
      for (std::int64_t j = 0; j < at.kernel[1]; ++j)
        for (std::int64_t k = 0; k < at.kernel[2]; ++k, ++kernel) {
          const std::array<std::int64_t, 3> tap{i, j, k};
          std::int64_t place = 0;
          bool inside = true;
          for (std::size_t axis = 0; axis < 3; ++axis) {
            const std::int64_t at_axis =
                out[axis] * at.stride[axis] - at.before[axis] + tap[axis] * at.dilation[axis];
            inside = inside && at_axis >= 0 && at_axis < at.in[axis];
            place = place * at.in[axis] + at_axis;
          }
          if (inside) sum += *kernel * in[c * plane + place];
        }
  return sum;
}

Folded fold_conv(const NodeCall& call, FoldBudget& budget) {
  const Dims &x = call.known(0).dims, &w = call.known(1).dims;
  if (x.size() < 3 || x.size() > 5 || w.size() != x.size())
    throw Refusal{"convolves " + dims_text(x) + " with " + dims_text(w)};
  const std::int64_t groups = call.integer("group", 1);
  if (groups < 1 || w[0] % groups != 0 || x[1] / groups != w[1] || x[1] % groups != 0)
    throw Refusal{"its weights of shape " + dims_text(w) + " do not fit its input of shape " + dims_text(x)};
  const Geometry at = geometry_of(call, x.size() - 2);
  const Dims places{at.out[0], at.out[1], at.out[2]};
  Dims dims{x[0], w[0]};
  dims.insert(dims.end(), places.begin(), places.begin() + static_cast<std::ptrdiff_t>(x.size() - 2));
  pay(budget, {x[0], w[0], at.out[0], at.out[1], at.out[2], w[1], at.kernel[0], at.kernel[1], at.kernel[2]});
  std::vector<double> values;
  values.reserve(element_count(dims, budget.elements));
  const std::vector<double> in = doubles_of(call.known(0)), kernels = doubles_of(call.known(1));
  std::vector<double> bias(static_cast<std::size_t>(w[0]), 0.0);
  if (call.has(2)) {
    if (call.known(2).size() != bias.size()) throw Refusal{"its bias does not fit its weights"};
    bias = doubles_of(call.known(2));
  }
  const std::int64_t plane = at.in[0] * at.in[1] * at.in[2];
  const std::int64_t kernel = w[1] * at.kernel[0] * at.kernel[1] * at.kernel[2];
  for (std::int64_t n = 0; n < x[0]; ++n)
    for (std::int64_t o = 0; o < w[0]; ++o) {
      const std::int64_t first = n * x[1] + o / (w[0] / groups) * w[1];
      for (std::int64_t i = 0; i < at.out[0]; ++i)
        for (std::int64_t j = 0; j < at.out[1]; ++j)
          for (std::int64_t k = 0; k < at.out[2]; ++k)
            values.push_back(bias[static_cast<std::size_t>(o)] + correlate(in.data() + first * plane,
                                                                           kernels.data() + o * kernel, w[1],
                                                                           at, {i, j, k}));
    }
  return {real_tensor(std::move(dims), values)};
}

/// "ij,jk->ik": of every operand and of the result, the letters of its axes.
struct Equation {
  std::vector<std::string> operands;
  std::string result;
};

Equation parse_equation(std::string text, std::size_t operands) {
  std::erase(text, ' ');
  const std::size_t arrow = text.find("->");
  if (arrow == std::string::npos)
    throw Refusal{"attribute equation is \"" + text + "\", supported are those with ->"};
  Equation equation{.operands = {""}, .result = text.substr(arrow + 2)};
  for (const char letter : text.substr(0, arrow)) {
    if (letter == ',')
      equation.operands.emplace_back();
    else
      equation.operands.back() += letter;
  }
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  for (const std::string& letters : equation.operands)
    if (!std::all_of(letters.begin(), letters.end(), is_letter))
      throw Refusal{"attribute equation is \"" + text + "\", supported are letters"};
  if (!std::all_of(equation.result.begin(), equation.result.end(), is_letter) ||
      equation.operands.size() != operands)
    throw Refusal{"attribute equation is \"" + text + "\", which does not fit its inputs"};
  return equation;
}

Folded fold_einsum(const NodeCall& call, FoldBudget& budget) {
  const Equation equation = parse_equation(call.text("equation", ""), call.input_count());
  std::string letters = equation.result;  // those that are summed over come last
  for (const std::string& operand : equation.operands)
    for (const char letter : operand)
      if (letters.find(letter) == std::string::npos) letters += letter;
  Dims sizes(letters.size(), -1);
  std::vector<Steps> steps;
  for (std::size_t i = 0; i < equation.operands.size(); ++i) {
    const Dims& dims = call.known(i).dims;
    const std::string& operand = equation.operands[i];
    if (dims.size() != operand.size()) throw Refusal{"attribute equation does not fit its inputs"};
    const Steps own = row_major_steps(dims);
    Steps walk(letters.size(), 0);
    for (std::size_t k = 0; k < operand.size(); ++k) {
      const std::size_t at = letters.find(operand[k]);
      if (sizes[at] != -1 && sizes[at] != dims[k])
        throw Refusal{"its inputs differ in size along one letter"};
      sizes[at] = dims[k];
      walk[at] += own[k];
    }
    steps.push_back(std::move(walk));
  }
  if (std::find(sizes.begin(), sizes.end(), -1) != sizes.end())
    throw Refusal{"attribute equation names an axis that no input has"};
  pay(budget, sizes);
  const Dims dims(sizes.begin(), sizes.begin() + static_cast<std::ptrdiff_t>(equation.result.size()));
  std::vector<double> product(element_count(sizes, budget.elements), 1.0);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const std::vector<double> factors = doubles_of(pick(call.known(i), sizes, steps[i], 0, budget.elements));
    for (std::size_t k = 0; k < product.size(); ++k) product[k] *= factors[k];
  }
  const std::size_t count = element_count(dims, budget.elements);
  std::vector<double> values(count, 0.0);
  const std::size_t run = count == 0 ? 0 : product.size() / count;
  for (std::size_t i = 0; i < product.size(); ++i) values[i / run] += product[i];
  return {real_tensor(dims, values)};
}

constexpr FoldRule kProductsFolds[] = {
    {"Conv", fold_conv}, {"Einsum", fold_einsum}, {"Gemm", fold_gemm}, {"MatMul", fold_matmul}};

}  // namespace

std::span<const FoldRule> product_folds() {
  return kProductsFolds;
}

}  // namespace fcn::tools

// SPDX-License-Identifier: MIT
// ATen's operators without a counterpart in ONNX: adaptive pools of several cells, and arithmetic on sizes.
// Only the translation of .pt2 files (tools/import/pt2) makes such nodes.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "tools/import/onnx/lower/lowering.hpp"

namespace fcn::tools {
namespace {

/// Cells of equal size at equal distances, along one axis.
struct Cells {
  int size = 1;
  int step = 1;
  int repeat = 1;  ///< above 1, each value makes so many cells
};

/// Cell i of `count` over `size` values goes from floor(i size / count) to ceil((i + 1) size / count).
Cells equal_cells(int size, int count) {
  if (count > size && count % size == 0) return {.size = 1, .step = 1, .repeat = count / size};
  const auto begin = [&](std::int64_t i) { return static_cast<int>(i * size / count); };
  const auto end = [&](std::int64_t i) { return static_cast<int>(((i + 1) * size + count - 1) / count); };
  Cells cells{.size = end(0), .step = count > 1 ? begin(1) : 1, .repeat = 1};
  for (int i = 0; i < count; ++i)
    if (begin(i) != i * cells.step || end(i) - begin(i) != cells.size || cells.step < 1)
      throw Refusal{"pools " + std::to_string(size) + " values into " + std::to_string(count) +
                    " cells of unequal size on this window; supported are cells of equal size, as on a "
                    "window whose map is a multiple of " +
                    std::to_string(count)};
  return cells;
}

std::vector<Value> lower_adaptive_pool(const NodeCall& call, NetworkBuilder& net) {
  const Feature in = as_map(call.feature(0), net);
  const Extent count = extent_attribute(call, "output_size", {1, 1});
  const Cells rows = equal_cells(in.shape.height, count.y), columns = equal_cells(in.shape.width, count.x);
  const Extent kernel{rows.size, columns.size}, stride{rows.step, columns.step};
  Feature out = in;
  if (kernel != Extent{1, 1} || stride != Extent{1, 1}) {
    const bool average = call.node().type == "aten::adaptive_avg_pool2d";
    out = average ? net.append(AveragePool{.kernel = kernel, .stride = stride, .pad = {}}, {in.node})
                  : net.append(MaxPool{.kernel = kernel, .stride = stride, .dilation = {1, 1}, .pad = {}},
                               {in.node});
  }
  if (rows.repeat == 1 && columns.repeat == 1) return {out};
  return {net.append(Resize{.mode = ResizeMode::nearest,
                            .coordinates = ResizeCoordinates::asymmetric,
                            .rounding = ResizeRounding::floor,
                            .up = {rows.repeat, columns.repeat},
                            .down = {1, 1}},
                     {out.node})};
}

/// A size, or a number computed from sizes.
using Number = std::variant<std::int64_t, double>;

double as_double(const Number& number) {
  return std::visit([](auto value) { return static_cast<double>(value); }, number);
}

Number number_of(const KnownTensor& known) {
  if (known.size() != 1) throw Refusal{"computes with a tensor, supported are single numbers"};
  if (known.is_real()) return static_cast<double>(known.reals()[0]);
  return known.integers()[0];
}

std::int64_t floor_quotient(std::int64_t a, std::int64_t b) {
  if (b == 0 || (b == -1 && a == std::numeric_limits<std::int64_t>::min()))
    throw Refusal{"divides " + std::to_string(a) + " by " + std::to_string(b)};
  return a / b - ((a % b != 0 && (a < 0) != (b < 0)) ? 1 : 0);
}

/// Python's arithmetic on two integers; nothing where the result is no integer.
std::optional<std::int64_t> on_integers(std::string_view function, std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  bool wrong = false;
  if (function == "add") {
    wrong = __builtin_add_overflow(a, b, &result);
  } else if (function == "sub") {
    wrong = __builtin_sub_overflow(a, b, &result);
  } else if (function == "mul") {
    wrong = __builtin_mul_overflow(a, b, &result);
  } else if (function == "floordiv") {
    result = floor_quotient(a, b);
  } else if (function == "mod") {
    wrong = __builtin_mul_overflow(floor_quotient(a, b), b, &result) ||
            __builtin_sub_overflow(a, result, &result);
  } else if (function == "max") {
    result = std::max(a, b);
  } else if (function == "min") {
    result = std::min(a, b);
  } else {
    return std::nullopt;
  }
  if (wrong)
    throw Refusal{"computes with " + std::to_string(a) + " and " + std::to_string(b) + ", which overflows"};
  return result;
}

Number on_reals(std::string_view function, double a, double b) {
  if (function == "add") return a + b;
  if (function == "sub") return a - b;
  if (function == "mul") return a * b;
  if (function == "truediv") return a / b;
  if (function == "floordiv") return std::floor(a / b);
  if (function == "max") return std::max(a, b);
  if (function == "min") return std::min(a, b);
  if (function == "pow") return std::pow(a, b);
  throw Refusal{"computes " + std::string(function) + " of sizes, which is not supported"};
}

Number of_one(std::string_view function, const Number& a) {
  if (function == "neg") {
    if (const auto* value = std::get_if<std::int64_t>(&a)) return *on_integers("sub", 0, *value);
    return -as_double(a);
  }
  if (function == "float") return as_double(a);
  double value = as_double(a);
  if (function == "sqrt") return std::sqrt(value);
  if (function == "ceil") {
    value = std::ceil(value);
  } else if (function == "floor") {
    value = std::floor(value);
  } else if (function == "trunc" || function == "int") {
    value = std::trunc(value);
  } else if (function == "round") {
    value = std::nearbyint(value);
  } else {
    throw Refusal{"computes " + std::string(function) + " of a size, which is not supported"};
  }
  if (!(std::abs(value) < 0x1p53)) throw Refusal{"computes a size beyond 2^53"};
  return static_cast<std::int64_t>(value);
}

std::vector<Value> lower_symbolic(const NodeCall& call, NetworkBuilder& /*net*/) {
  const std::string function = call.text("function", "");
  const auto number = [&](std::size_t i) { return number_of(call.known(i)); };
  Number result;
  if (call.input_count() == 1) {
    result = of_one(function, number(0));
  } else if (call.input_count() == 2) {
    const Number a = number(0), b = number(1);
    const auto *x = std::get_if<std::int64_t>(&a), *y = std::get_if<std::int64_t>(&b);
    const auto exact = x != nullptr && y != nullptr ? on_integers(function, *x, *y) : std::nullopt;
    result = exact ? Number(*exact) : on_reals(function, as_double(a), as_double(b));
  } else {
    throw Refusal{"computes with " + std::to_string(call.input_count()) + " sizes, supported are 1 and 2"};
  }
  KnownTensor known;
  if (const auto* whole = std::get_if<std::int64_t>(&result)) {
    known.values = std::vector<std::int64_t>{*whole};
  } else {
    known.values = std::vector<float>{static_cast<float>(std::get<double>(result))};
  }
  return {std::make_shared<const KnownTensor>(std::move(known))};
}

constexpr LoweringRule kAtenRules[] = {{"aten::adaptive_avg_pool2d", lower_adaptive_pool},
                                       {"aten::adaptive_max_pool2d", lower_adaptive_pool},
                                       {"aten::symbolic", lower_symbolic}};

}  // namespace

std::span<const LoweringRule> aten_rules() {
  return kAtenRules;
}

}  // namespace fcn::tools

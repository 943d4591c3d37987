// SPDX-License-Identifier: MIT
// Sums, means and extremes along axes, their places, and running sums.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "tools/import/onnx/fold/fold_rules.hpp"
#include "tools/import/onnx/fold/tensor_moves.hpp"

namespace fcn::tools {
namespace {

/// A tensor whose axes to be reduced come last: `kept` rows of `run` elements.
struct Runs {
  Dims dims;  ///< of the result
  KnownTensor rows;
  std::size_t kept = 1, run = 1;
};

/// Nothing if no axis is reduced.
std::optional<Runs> runs_of(const NodeCall& call, FoldBudget& budget) {
  const KnownTensor& from = call.known(0);
  const std::size_t rank = from.dims.size();
  const auto given = call.list("axes", 1);
  std::vector<bool> reduced(rank, true);
  if (given && !given->empty()) {
    reduced.assign(rank, false);
    for (const std::size_t axis : normal_axes(*given, rank)) reduced[axis] = true;
  } else if (call.integer("noop_with_empty_axes", 0) != 0) {
    return std::nullopt;
  }
  Runs runs;
  Dims order_dims;
  Steps steps;
  const Steps own = row_major_steps(from.dims);
  for (const bool last : {false, true})
    for (std::size_t i = 0; i < rank; ++i) {
      if (reduced[i] != last) continue;
      order_dims.push_back(from.dims[i]);
      steps.push_back(own[i]);
      (last ? runs.run : runs.kept) *= static_cast<std::size_t>(from.dims[i]);
    }
  for (std::size_t i = 0; i < rank; ++i)
    if (!reduced[i] || call.integer("keepdims", 1) != 0) runs.dims.push_back(reduced[i] ? 1 : from.dims[i]);
  runs.rows = pick(from, order_dims, steps, 0, budget.elements);
  return runs;
}

double reduced_reals(std::string_view type, std::span<const double> values) {
  double sum = 0, squares = 0, sizes = 0, product = 1;
  double most = -std::numeric_limits<double>::infinity(), least = -most;
  for (const double value : values) {
    sum += value;
    squares += value * value;
    sizes += std::abs(value);
    product *= value;
    most = std::max(most, value);
    least = std::min(least, value);
  }
  if (type == "ReduceSum") return sum;
  if (type == "ReduceMean") return sum / static_cast<double>(values.size());
  if (type == "ReduceMax") return most;
  if (type == "ReduceMin") return least;
  if (type == "ReduceProd") return product;
  if (type == "ReduceL1") return sizes;
  if (type == "ReduceL2") return std::sqrt(squares);
  if (type == "ReduceSumSquare") return squares;
  if (type == "ReduceLogSum") return std::log(sum);
  double scaled = 0;  // ReduceLogSumExp
  for (const double value : values) scaled += std::exp(value - most);
  return most + std::log(scaled);
}

std::int64_t reduced_integers(std::string_view type, std::span<const std::int64_t> values) {
  bool wrong = values.empty();
  std::int64_t result = type == "ReduceProd" ? 1 : 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (type == "ReduceSum" || type == "ReduceMean")
      wrong |= __builtin_add_overflow(result, values[i], &result);
    else if (type == "ReduceProd")
      wrong |= __builtin_mul_overflow(result, values[i], &result);
    else if (type == "ReduceMax")
      result = i == 0 ? values[i] : std::max(result, values[i]);
    else if (type == "ReduceMin")
      result = i == 0 ? values[i] : std::min(result, values[i]);
    else
      throw Refusal{"its input is of integers, supported are reals"};
  }
  if (wrong) throw Refusal{"sums up integers to one that overflows, or none"};
  return type == "ReduceMean" ? result / static_cast<std::int64_t>(values.size()) : result;
}

Folded fold_reduction(const NodeCall& call, FoldBudget& budget) {
  const std::string& type = call.node().type;
  const auto runs = runs_of(call, budget);
  if (!runs) return {call.known(0)};
  element_count(runs->dims, budget.elements);
  if (!runs->rows.is_real()) {
    std::vector<std::int64_t> values;
    for (std::size_t i = 0; i < runs->kept; ++i)
      values.push_back(
          reduced_integers(type, std::span(runs->rows.integers()).subspan(i * runs->run, runs->run)));
    return {integer_tensor(runs->dims, std::move(values))};
  }
  const std::vector<double> rows = doubles_of(runs->rows);
  std::vector<double> values;
  for (std::size_t i = 0; i < runs->kept; ++i)
    values.push_back(reduced_reals(type, std::span(rows).subspan(i * runs->run, runs->run)));
  return {real_tensor(runs->dims, values)};
}

Folded fold_arg(const NodeCall& call, FoldBudget& budget) {
  const KnownTensor& from = call.known(0);
  const std::size_t axis = normal_axis(call.integer("axis", 0), from.dims.size());
  const AlongAxis at = along(from.dims, axis);
  if (at.size == 0) throw Refusal{"looks for the largest of no values"};
  const bool last = call.integer("select_last_index", 0) != 0;
  const double sign = call.node().type == "ArgMax" ? 1 : -1;
  Dims dims = from.dims;
  dims[axis] = 1;
  if (call.integer("keepdims", 1) == 0) dims.erase(dims.begin() + static_cast<std::ptrdiff_t>(axis));
  element_count(dims, budget.elements);
  const std::vector<double> values = doubles_of(from);
  std::vector<std::int64_t> places;
  for (std::size_t o = 0; o < at.outer; ++o)
    for (std::size_t i = 0; i < at.inner; ++i) {
      const auto value = [&](std::size_t k) { return sign * values[(o * at.size + k) * at.inner + i]; };
      std::size_t best = 0;
      for (std::size_t k = 1; k < at.size; ++k)
        if (value(k) > value(best) || (last && value(k) == value(best))) best = k;
      places.push_back(static_cast<std::int64_t>(best));
    }
  return {integer_tensor(std::move(dims), std::move(places))};
}

/// Running sums, without the element itself if `exclusive`.
template <class T>
void sum_up(std::vector<T>& values, const AlongAxis& at, bool exclusive, bool reverse) {
  for (std::size_t o = 0; o < at.outer; ++o)
    for (std::size_t i = 0; i < at.inner; ++i) {
      T sum = 0;
      for (std::size_t step = 0; step < at.size; ++step) {
        const std::size_t k = reverse ? at.size - 1 - step : step;
        T& value = values[(o * at.size + k) * at.inner + i];
        const T own = value;
        if (exclusive) value = sum;
        if constexpr (std::is_integral_v<T>) {
          if (__builtin_add_overflow(sum, own, &sum)) throw Refusal{"sums up integers to one that overflows"};
        } else {
          sum += own;
        }
        if (!exclusive) value = sum;
      }
    }
}

Folded fold_running_sum(const NodeCall& call, FoldBudget& budget) {
  KnownTensor result = call.known(0);
  element_count(result.dims, budget.elements);
  const std::vector<std::int64_t> given = call.known_integers(1);
  if (given.size() != 1) throw Refusal{"its axis is not one number"};
  const std::size_t axis = normal_axis(given[0], result.dims.size());
  const AlongAxis at = along(result.dims, axis);
  const bool exclusive = call.integer("exclusive", 0) != 0, reverse = call.integer("reverse", 0) != 0;
  if (result.is_real()) {
    std::vector<double> values = doubles_of(result);
    sum_up(values, at, exclusive, reverse);
    return {real_tensor(result.dims, values)};
  }
  sum_up(std::get<std::vector<std::int64_t>>(result.values), at, exclusive, reverse);
  return {std::move(result)};
}

constexpr FoldRule kReductionsFolds[] = {{"ArgMax", fold_arg},
                                         {"ArgMin", fold_arg},
                                         {"CumSum", fold_running_sum},
                                         {"ReduceL1", fold_reduction},
                                         {"ReduceL2", fold_reduction},
                                         {"ReduceLogSum", fold_reduction},
                                         {"ReduceLogSumExp", fold_reduction},
                                         {"ReduceMax", fold_reduction},
                                         {"ReduceMean", fold_reduction},
                                         {"ReduceMin", fold_reduction},
                                         {"ReduceProd", fold_reduction},
                                         {"ReduceSum", fold_reduction},
                                         {"ReduceSumSquare", fold_reduction}};

}  // namespace

std::span<const FoldRule> reduction_folds() {
  return kReductionsFolds;
}

}  // namespace fcn::tools

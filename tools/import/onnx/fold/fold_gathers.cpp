// SPDX-License-Identifier: MIT
// Elements picked by indices or placed at them, repeated or padded.
#include <algorithm>
#include <cstddef>
#include <numeric>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "tools/import/onnx/fold/fold_rules.hpp"
#include "tools/import/onnx/fold/tensor_moves.hpp"

namespace fcn::tools {
namespace {

std::size_t size(std::int64_t value) {
  return static_cast<std::size_t>(value);
}

std::int64_t normal_index(std::int64_t index, std::int64_t size) {
  if (index < -size || index >= size)
    throw Refusal{"takes index " + std::to_string(index) + " of " + std::to_string(size)};
  return index < 0 ? index + size : index;
}

/// The index along every axis of a tensor's elements, in order.
class Odometer {
 public:
  explicit Odometer(const Dims& dims) : dims_(dims), index_(dims.size(), 0) {}
  [[nodiscard]] const Dims& index() const { return index_; }
  void advance() {
    for (std::size_t axis = dims_.size(); axis-- > 0;) {
      if (++index_[axis] < dims_[axis]) return;
      index_[axis] = 0;
    }
  }

 private:
  const Dims& dims_;
  Dims index_;
};

/// The tensor's elements at these places.
KnownTensor taken(const KnownTensor& from, Dims dims, const std::vector<std::size_t>& places) {
  return std::visit(
      [&](const auto& values) {
        auto picked = std::decay_t<decltype(values)>();
        picked.reserve(places.size());
        for (const std::size_t place : places) picked.push_back(values[place]);
        return KnownTensor{.dims = std::move(dims), .values = std::move(picked)};
      },
      from.values);
}

Folded fold_tile(const NodeCall& call, FoldBudget& budget) {
  const KnownTensor& from = call.known(0);
  const std::vector<std::int64_t> repeats = call.known_integers(1);
  if (repeats.size() != from.dims.size()) throw Refusal{"its repeats are not one an axis"};
  Dims pairs, dims;  // each axis as repeats x size
  Steps steps;
  const Steps own = row_major_steps(from.dims);
  for (std::size_t i = 0; i < repeats.size(); ++i) {
    element_count({repeats[i], from.dims[i]}, budget.elements);
    dims.push_back(repeats[i] * from.dims[i]);
    pairs.insert(pairs.end(), {repeats[i], from.dims[i]});
    steps.insert(steps.end(), {0, own[i]});
  }
  element_count(dims, budget.elements);
  KnownTensor result = pick(from, pairs, steps, 0, budget.elements);
  result.dims = std::move(dims);
  return {std::move(result)};
}

/// Where along an axis of `size` the element `place` of a padded axis comes from; nothing for padding.
std::optional<std::int64_t> source_of(std::int64_t place, std::int64_t size, const std::string& mode) {
  if (place >= 0 && place < size) return place;
  if (mode == "constant") return std::nullopt;
  if (size < 1) throw Refusal{"pads an axis without elements"};
  if (mode == "edge") return std::clamp<std::int64_t>(place, 0, size - 1);
  if (mode == "wrap") return ((place % size) + size) % size;
  if (size == 1) return 0;
  const std::int64_t period = 2 * (size - 1), rest = ((place % period) + period) % period;
  return rest < size ? rest : period - rest;
}

struct Margins {
  std::vector<std::int64_t> before, after;
};

Margins margins_of(const NodeCall& call, std::size_t rank) {
  const auto pads = call.list("pads", 1);
  std::vector<std::int64_t> axes(rank);
  std::iota(axes.begin(), axes.end(), std::int64_t{0});
  if (call.has(3)) axes = call.known_integers(3);
  if (!pads || pads->size() != 2 * axes.size() || normal_axes(axes, rank).size() != axes.size())
    throw Refusal{"its pads are not two numbers an axis"};
  Margins margins{std::vector<std::int64_t>(rank, 0), std::vector<std::int64_t>(rank, 0)};
  for (std::size_t i = 0; i < axes.size(); ++i) {
    constexpr std::int64_t most = std::int64_t{1} << 40;
    const std::int64_t before = (*pads)[i], after = (*pads)[axes.size() + i];
    if (before < -most || before > most || after < -most || after > most)
      throw Refusal{"pads by " + std::to_string(before) + " and " + std::to_string(after)};
    margins.before[normal_axis(axes[i], rank)] = before;
    margins.after[normal_axis(axes[i], rank)] = after;
  }
  return margins;
}

Folded fold_pad(const NodeCall& call, FoldBudget& budget) {
  const KnownTensor& from = call.known(0);
  const std::string mode = call.text("mode", "constant");
  if (mode != "constant" && mode != "edge" && mode != "reflect" && mode != "wrap")
    throw Refusal{"attribute mode is \"" + mode + "\""};
  const Margins margins = margins_of(call, from.dims.size());
  Dims dims = from.dims;
  for (std::size_t i = 0; i < dims.size(); ++i) dims[i] += margins.before[i] + margins.after[i];
  const std::size_t count = element_count(dims, budget.elements);
  const Steps steps = row_major_steps(from.dims);
  KnownTensor extended = from;  // with the padding's value as one more element
  const std::size_t filler = from.size();
  std::visit(
      [&](auto& values) {
        using T = typename std::decay_t<decltype(values)>::value_type;
        T value = static_cast<T>(call.real("value", 0));
        if (call.has(2)) {
          const auto* given = std::get_if<std::decay_t<decltype(values)>>(&call.known(2).values);
          if (given == nullptr || given->size() != 1)
            throw Refusal{"its padding is not one value of its type"};
          value = (*given)[0];
        }
        values.push_back(value);
      },
      extended.values);
  std::vector<std::size_t> places;
  places.reserve(count);
  Odometer at(dims);
  for (std::size_t i = 0; i < count; ++i, at.advance()) {
    std::int64_t place = 0;
    for (std::size_t axis = 0; axis < dims.size() && place >= 0; ++axis) {
      const auto source = source_of(at.index()[axis] - margins.before[axis], from.dims[axis], mode);
      place = source ? place + *source * steps[axis] : -1;
    }
    places.push_back(place < 0 ? filler : size(place));
  }
  return {taken(extended, std::move(dims), places)};
}

/// For each index its place in a tensor of `dims`: the same as in the indices, but along one axis.
std::vector<std::size_t> places_along(const Dims& dims, const KnownTensor& indices, std::size_t axis) {
  if (indices.dims.size() != dims.size()) throw Refusal{"its indices differ in rank from its data"};
  for (std::size_t i = 0; i < dims.size(); ++i)
    if (i != axis && indices.dims[i] > dims[i]) throw Refusal{"its indices reach beyond its data"};
  const Steps steps = row_major_steps(dims);
  std::vector<std::size_t> places;
  Odometer at(indices.dims);
  for (const std::int64_t index : indices.integers()) {
    std::int64_t place = normal_index(index, dims[axis]) * steps[axis];
    for (std::size_t i = 0; i < dims.size(); ++i)
      if (i != axis) place += at.index()[i] * steps[i];
    places.push_back(size(place));
    at.advance();
  }
  return places;
}

const KnownTensor& indices_of(const NodeCall& call, std::size_t i) {
  if (call.known(i).is_real()) throw Refusal{"its indices are no integers"};
  return call.known(i);
}

Folded fold_gather_elements(const NodeCall& call, FoldBudget& budget) {
  const KnownTensor& from = call.known(0);
  const KnownTensor& indices = indices_of(call, 1);
  element_count(indices.dims, budget.elements);
  const std::size_t axis = normal_axis(call.integer("axis", 0), from.dims.size());
  return {taken(from, indices.dims, places_along(from.dims, indices, axis))};
}

/// For each tuple along the last axis of the indices, where the block that it names begins; and the block's
/// size.
std::pair<std::vector<std::size_t>, std::size_t> blocks_of(const Dims& dims, const KnownTensor& indices) {
  if (indices.dims.empty()) throw Refusal{"its indices are a scalar"};
  const std::size_t depth = size(indices.dims.back());
  if (depth > dims.size()) throw Refusal{"its indices name more axes than its data has"};
  const Steps steps = row_major_steps(dims);
  std::vector<std::size_t> begins;
  const std::vector<std::int64_t>& values = indices.integers();
  const std::size_t tuples = depth == 0 ? 0 : values.size() / depth;
  for (std::size_t i = 0; i < tuples; ++i) {
    std::int64_t begin = 0;
    for (std::size_t k = 0; k < depth; ++k) begin += normal_index(values[i * depth + k], dims[k]) * steps[k];
    begins.push_back(size(begin));
  }
  std::size_t block = 1;
  for (std::size_t k = depth; k < dims.size(); ++k) block *= size(dims[k]);
  return {begins, block};
}

Folded fold_gather_nd(const NodeCall& call, FoldBudget& budget) {
  const KnownTensor& from = call.known(0);
  if (call.integer("batch_dims", 0) != 0) throw Refusal{"attribute batch_dims is not 0"};
  const KnownTensor& indices = indices_of(call, 1);
  const auto [begins, block] = blocks_of(from.dims, indices);
  Dims dims(indices.dims.begin(), indices.dims.end() - 1);
  dims.insert(dims.end(), from.dims.begin() + indices.dims.back(), from.dims.end());
  std::vector<std::size_t> places;
  places.reserve(element_count(dims, budget.elements));
  for (const std::size_t begin : begins)
    for (std::size_t i = 0; i < block; ++i) places.push_back(begin + i);
  return {taken(from, std::move(dims), places)};
}

/// Writes `updates`, one after the other, to these places.
KnownTensor placed(const NodeCall& call, const KnownTensor& updates, const std::vector<std::size_t>& places) {
  const std::string reduction = call.text("reduction", "none");
  KnownTensor result = call.known(0);
  if (updates.size() != places.size() || updates.is_real() != result.is_real())
    throw Refusal{"its updates do not fit its indices"};
  std::visit(
      [&](auto& values) {
        const auto& news = std::get<std::decay_t<decltype(values)>>(updates.values);
        for (std::size_t i = 0; i < places.size(); ++i) {
          auto& value = values[places[i]];
          if (reduction == "none")
            value = news[i];
          else if (reduction == "add" && result.is_real())
            value += news[i];
          else if (reduction == "mul" && result.is_real())
            value *= news[i];
          else if (reduction == "max")
            value = std::max(value, news[i]);
          else if (reduction == "min")
            value = std::min(value, news[i]);
          else
            throw Refusal{"attribute reduction is \"" + reduction +
                          "\", supported are none, min and max, and of reals add and mul"};
        }
      },
      result.values);
  return result;
}

Folded fold_scatter_elements(const NodeCall& call, FoldBudget& budget) {
  const Dims& dims = call.known(0).dims;
  element_count(dims, budget.elements);
  const std::size_t axis = normal_axis(call.integer("axis", 0), dims.size());
  return {placed(call, call.known(2), places_along(dims, indices_of(call, 1), axis))};
}

Folded fold_scatter_nd(const NodeCall& call, FoldBudget& budget) {
  const Dims& dims = call.known(0).dims;
  element_count(dims, budget.elements);
  const auto [begins, block] = blocks_of(dims, indices_of(call, 1));
  element_count({static_cast<std::int64_t>(begins.size()), static_cast<std::int64_t>(block)},
                budget.elements);
  std::vector<std::size_t> places;
  for (const std::size_t begin : begins)
    for (std::size_t i = 0; i < block; ++i) places.push_back(begin + i);
  return {placed(call, call.known(2), places)};
}

Folded fold_one_hot(const NodeCall& call, FoldBudget& budget) {
  const KnownTensor& indices = call.known(0);
  const double wanted = single_value(call, 1);
  if (!(wanted >= 1 && wanted <= 1e9) || call.known(2).size() != 2)
    throw Refusal{"its depth or values are wrong"};
  const auto depth = static_cast<std::int64_t>(wanted);
  Dims dims = indices.dims;
  const std::size_t axis = normal_axis(call.integer("axis", -1), dims.size() + 1);
  dims.insert(dims.begin() + static_cast<std::ptrdiff_t>(axis), depth);
  element_count(dims, budget.elements);
  const AlongAxis at = along(dims, axis);
  const std::vector<double> values = doubles_of(indices);
  std::vector<std::size_t> places;
  for (std::size_t o = 0; o < at.outer; ++o)
    for (std::size_t k = 0; k < at.size; ++k)
      for (std::size_t i = 0; i < at.inner; ++i) {
        double index = values[o * at.inner + i];
        if (index < 0) index += wanted;
        places.push_back(index == static_cast<double>(k) ? 1 : 0);
      }
  return {taken(call.known(2), std::move(dims), places)};
}

constexpr FoldRule kGathersFolds[] = {{"GatherElements", fold_gather_elements},
                                      {"GatherND", fold_gather_nd},
                                      {"OneHot", fold_one_hot},
                                      {"Pad", fold_pad},
                                      {"ScatterElements", fold_scatter_elements},
                                      {"ScatterND", fold_scatter_nd},
                                      {"Tile", fold_tile}};

}  // namespace

std::span<const FoldRule> gather_folds() {
  return kGathersFolds;
}

}  // namespace fcn::tools

// SPDX-License-Identifier: MIT
#include "tools/import/onnx/fold/tensor_moves.hpp"

#include <algorithm>
#include <string>
#include <type_traits>
#include <utility>

namespace fcn::tools {
namespace {

/// For each element of a tensor of `dims`, in order, where a walk of these steps from `begin` stands.
template <class Visit>
void walk(const Dims& dims, const Steps& steps, std::int64_t begin, std::size_t count, Visit visit) {
  std::vector<std::int64_t> index(dims.size(), 0);
  std::int64_t at = begin;
  for (std::size_t i = 0; i < count; ++i) {
    visit(static_cast<std::size_t>(at));
    for (std::size_t axis = dims.size(); axis-- > 0;) {
      at += steps[axis];
      if (++index[axis] < dims[axis]) break;
      at -= steps[axis] * dims[axis];
      index[axis] = 0;
    }
  }
}

/// Runs of `inner` elements taken from each of `outer` blocks, in the order of `indices` along the axis.
template <class T>
std::vector<T> gather_runs(const std::vector<T>& from, std::size_t outer, std::size_t size, std::size_t inner,
                           const std::vector<std::int64_t>& indices) {
  std::vector<T> values;
  values.reserve(outer * indices.size() * inner);
  for (std::size_t block = 0; block < outer; ++block)
    for (const std::int64_t index : indices) {
      const auto run = from.begin() +
                       static_cast<std::ptrdiff_t>((block * size + static_cast<std::size_t>(index)) * inner);
      values.insert(values.end(), run, run + static_cast<std::ptrdiff_t>(inner));
    }
  return values;
}

/// Of every part its run in each of `outer` blocks, block by block.
template <class T>
std::vector<T> join_runs(std::span<const KnownTensor* const> parts, std::size_t outer) {
  std::vector<T> values;
  for (std::size_t block = 0; block < outer; ++block)
    for (const KnownTensor* part : parts) {
      const auto& from = std::get<std::vector<T>>(part->values);
      const auto run = static_cast<std::ptrdiff_t>(from.size() / outer);
      const auto begin = from.begin() + static_cast<std::ptrdiff_t>(block) * run;
      values.insert(values.end(), begin, begin + run);
    }
  return values;
}

}  // namespace

Steps row_major_steps(const Dims& dims) {
  Steps steps(dims.size(), 1);
  for (std::size_t i = dims.size(); i-- > 1;) steps[i - 1] = steps[i] * dims[i];
  return steps;
}

KnownTensor pick(const KnownTensor& from, const Dims& dims, const Steps& steps, std::int64_t begin,
                 std::uint64_t limit) {
  const std::size_t count = element_count(dims, limit);
  return std::visit(
      [&](const auto& values) {
        auto picked = std::decay_t<decltype(values)>();
        picked.reserve(count);
        walk(dims, steps, begin, count, [&](std::size_t at) { picked.push_back(values[at]); });
        return KnownTensor{.dims = dims, .values = std::move(picked)};
      },
      from.values);
}

Dims broadcast(const Dims& a, const Dims& b) {
  Dims dims(std::max(a.size(), b.size()), 1);
  for (std::size_t i = 0; i < dims.size(); ++i) {
    const std::int64_t x = i < a.size() ? a[a.size() - 1 - i] : 1;
    const std::int64_t y = i < b.size() ? b[b.size() - 1 - i] : 1;
    if (x != y && x != 1 && y != 1)
      throw Refusal{"its inputs are " + dims_text(a) + " and " + dims_text(b) +
                    ", which do not fit each other"};
    dims[dims.size() - 1 - i] = x == 1 ? y : x;
  }
  return dims;
}

KnownTensor expanded(const KnownTensor& from, const Dims& dims, std::uint64_t limit) {
  const Steps own = row_major_steps(from.dims);
  Steps steps(dims.size(), 0);
  for (std::size_t i = 0; i < own.size(); ++i)
    if (from.dims[i] != 1) steps[dims.size() - own.size() + i] = own[i];
  return pick(from, dims, steps, 0, limit);
}

KnownTensor gathered(const KnownTensor& from, const GatherIndices& gather, std::uint64_t limit) {
  const auto axis = static_cast<std::ptrdiff_t>(gather.axis);
  const Dims before(from.dims.begin(), from.dims.begin() + axis);
  const Dims after(from.dims.begin() + axis + 1, from.dims.end());
  Dims dims = before;
  dims.insert(dims.end(), gather.dims.begin(), gather.dims.end());
  dims.insert(dims.end(), after.begin(), after.end());
  const bool empty = element_count(dims, limit) == 0;
  const std::size_t outer = empty ? 0 : element_count(before, limit), inner = element_count(after, limit);
  const auto size = static_cast<std::size_t>(from.dims[gather.axis]);
  return std::visit(
      [&](const auto& values) {
        return KnownTensor{.dims = dims, .values = gather_runs(values, outer, size, inner, gather.indices)};
      },
      from.values);
}

KnownTensor joined(std::span<const KnownTensor* const> parts, std::int64_t along, std::uint64_t limit) {
  Dims dims = parts.front()->dims;
  const bool real = parts.front()->is_real();
  const std::size_t axis = normal_axis(along, dims.size());
  for (const KnownTensor* part : parts.subspan(1)) {
    Dims other = part->dims;
    if (other.size() != dims.size() || part->is_real() != real)
      throw Refusal{"its inputs differ in rank or type"};
    const std::int64_t more = std::exchange(other[axis], dims[axis]);
    if (other != dims) throw Refusal{"its inputs differ in shape"};
    dims[axis] += more;
    element_count(dims, limit);
  }
  const Dims before(dims.begin(), dims.begin() + static_cast<std::ptrdiff_t>(axis));
  const std::size_t outer = element_count(dims, limit) == 0 ? 0 : element_count(before, limit);
  if (real) return {.dims = dims, .values = join_runs<float>(parts, outer)};
  return {.dims = dims, .values = join_runs<std::int64_t>(parts, outer)};
}

}  // namespace fcn::tools

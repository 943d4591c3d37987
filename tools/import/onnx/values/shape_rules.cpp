// SPDX-License-Identifier: MIT
#include "tools/import/onnx/values/shape_rules.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <optional>

#include "fcn/base/checked.hpp"

namespace fcn::tools {
namespace {

constexpr std::uint64_t kMaxElements = std::uint64_t{1} << 40;  // of any tensor; a file with more is damaged
constexpr std::size_t kMaxRank = 8;

Dims reshape(const NodeCall& call, const Dims& from) {
  const std::vector<std::int64_t> wanted = call.known_integers(1);
  if (wanted.size() > kMaxRank) throw Refusal{"reshapes to " + std::to_string(wanted.size()) + " axes"};
  Dims dims;
  std::optional<std::size_t> open;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    dims.push_back(wanted[i]);
    if (wanted[i] == 0 && call.integer("allowzero", 0) == 0) {
      if (i >= from.size())
        throw Refusal{"copies dimension " + std::to_string(i) + ", which its input lacks"};
      dims[i] = from[i];
    } else if (wanted[i] == -1) {
      if (open) throw Refusal{"leaves two dimensions open"};
      open = i;
      dims[i] = 1;
    }
  }
  const std::size_t elements = element_count(from, kMaxElements);
  const std::size_t others = element_count(dims, kMaxElements);
  if (open && others != 0 && elements % others == 0)
    dims[*open] = static_cast<std::int64_t>(elements / others);
  if (element_count(dims, kMaxElements) != elements)
    throw Refusal{"reshapes " + dims_text(from) + " to " + dims_text(wanted) +
                  ", which has another number of elements; does the file belong to another window?"};
  return dims;
}

Dims squeeze(const NodeCall& call, const Dims& from) {
  const auto given = call.list("axes", 1);
  Dims dims;
  const std::vector<std::size_t> axes = given ? normal_axes(*given, from.size()) : std::vector<std::size_t>();
  for (std::size_t i = 0; i < from.size(); ++i) {
    const bool named = std::find(axes.begin(), axes.end(), i) != axes.end();
    if (named && from[i] != 1) throw Refusal{"squeezes axis " + std::to_string(i) + " of " + dims_text(from)};
    if (!named && (given || from[i] != 1)) dims.push_back(from[i]);
  }
  return dims;
}

Dims unsqueeze(const NodeCall& call, const Dims& from) {
  const auto given = call.list("axes", 1);
  if (!given) throw Refusal{"axes are missing"};
  if (from.size() + given->size() > kMaxRank) throw Refusal{"makes more than 8 axes"};
  Dims dims = from;
  for (const std::size_t axis : normal_axes(*given, from.size() + given->size()))
    dims.insert(dims.begin() + static_cast<std::ptrdiff_t>(axis), 1);
  return dims;
}

Dims flatten(const NodeCall& call, const Dims& from) {
  const std::int64_t axis = call.integer("axis", 1);
  const std::size_t cut =
      axis == static_cast<std::int64_t>(from.size()) ? from.size() : normal_axis(axis, from.size());
  const auto middle = from.begin() + static_cast<std::ptrdiff_t>(cut);
  return {static_cast<std::int64_t>(element_count({from.begin(), middle}, kMaxElements)),
          static_cast<std::int64_t>(element_count({middle, from.end()}, kMaxElements))};
}

/// As many equal parts; since operator set 18 the last may be smaller.
std::vector<std::int64_t> even_parts(std::int64_t size, std::int64_t count, bool last_may_be_smaller) {
  const std::int64_t part = count > 0 ? ceil_div(size, count) : 0;
  const std::int64_t last = size - part * (count - 1);
  if (count < 1 || count > size || last < 0 || (last != part && !last_may_be_smaller))
    throw Refusal{"splits " + std::to_string(size) + " into " + std::to_string(count) + " parts"};
  std::vector<std::int64_t> sizes(static_cast<std::size_t>(count), part);
  sizes.back() = last;
  return sizes;
}

AxisSlice slice_axis(std::size_t axis, std::int64_t size, std::int64_t start, std::int64_t end,
                     std::int64_t step) {
  if (step == 0 || step == std::numeric_limits<std::int64_t>::min()) throw Refusal{"steps by 0"};
  if (size == 0) return {.axis = axis, .begin = 0, .step = step, .count = 0};
  const auto place = [&](std::int64_t index) { return index < 0 ? index + size : index; };
  const std::int64_t low = step > 0 ? 0 : -1;
  const std::int64_t high = step > 0 ? size : size - 1;
  const std::int64_t first = std::clamp(place(start), std::int64_t{0}, high);
  const std::int64_t last = std::clamp(place(end), low, high);
  const std::int64_t room = step > 0 ? last - first : first - last;
  const std::int64_t stride = step > 0 ? step : -step;
  return {.axis = axis, .begin = first, .step = step, .count = room > 0 ? (room - 1) / stride + 1 : 0};
}

}  // namespace

Dims reshaped_dims(const NodeCall& call) {
  const Dims from = dims_of(call.input(0));
  const std::string& type = call.node().type;
  if (type == "Reshape") return reshape(call, from);
  if (type == "Squeeze") return squeeze(call, from);
  return type == "Unsqueeze" ? unsqueeze(call, from) : flatten(call, from);
}

std::vector<std::size_t> transpose_order(const NodeCall& call) {
  const std::size_t rank = dims_of(call.input(0)).size();
  std::vector<std::size_t> order(rank);
  std::iota(order.rbegin(), order.rend(), std::size_t{0});
  if (!call.has_attribute("perm")) return order;
  const std::vector<std::int64_t> given = call.integers("perm");
  if (normal_axes(given, rank).size() != rank) throw Refusal{"attribute perm has not one entry an axis"};
  for (std::size_t i = 0; i < rank; ++i) order[i] = normal_axis(given[i], rank);
  return order;
}

std::vector<AxisSlice> slices_of(const NodeCall& call) {
  const Dims from = dims_of(call.input(0));
  const auto starts = call.list("starts", 1), ends = call.list("ends", 2);
  if (!starts || !ends) throw Refusal{"starts or ends are missing"};
  std::vector<std::int64_t> axes(starts->size());
  std::iota(axes.begin(), axes.end(), std::int64_t{0});
  if (const auto given = call.list("axes", 3)) axes = *given;
  const auto steps = call.list("steps", 4).value_or(std::vector<std::int64_t>(starts->size(), 1));
  if (ends->size() != starts->size() || axes.size() != starts->size() || steps.size() != starts->size())
    throw Refusal{"starts, ends, axes and steps differ in length"};
  if (normal_axes(axes, from.size()).size() != axes.size()) throw Refusal{"names an axis twice"};
  std::vector<AxisSlice> slices;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const std::size_t axis = normal_axis(axes[i], from.size());
    slices.push_back(slice_axis(axis, from[axis], (*starts)[i], (*ends)[i], steps[i]));
  }
  return slices;
}

SplitParts split_of(const NodeCall& call) {
  const Dims from = dims_of(call.input(0));
  SplitParts parts{.axis = normal_axis(call.integer("axis", 0), from.size()), .sizes = {}};
  const std::int64_t size = from[parts.axis];
  const auto count = static_cast<std::int64_t>(call.node().outputs.size());
  if (const auto given = call.list("split", 1)) {
    parts.sizes = *given;
  } else {
    parts.sizes = even_parts(size, call.integer("num_outputs", count), call.has_attribute("num_outputs"));
  }
  if (static_cast<std::int64_t>(parts.sizes.size()) != count)
    throw Refusal{"has " + std::to_string(parts.sizes.size()) + " parts and " + std::to_string(count) +
                  " outputs"};
  std::int64_t left = size;
  for (const std::int64_t part : parts.sizes) {
    if (part < 0 || part > left) throw Refusal{"its parts do not make up " + std::to_string(size)};
    left -= part;
  }
  if (left != 0) throw Refusal{"its parts do not make up " + std::to_string(size)};
  return parts;
}

GatherIndices gather_of(const NodeCall& call) {
  const Dims from = dims_of(call.input(0));
  GatherIndices gather{.axis = normal_axis(call.integer("axis", 0), from.size()),
                       .dims = call.known(1).dims,
                       .indices = call.known_integers(1)};
  for (std::int64_t& index : gather.indices) {
    const std::int64_t size = from[gather.axis];
    if (index < -size || index >= size)
      throw Refusal{"gathers index " + std::to_string(index) + " of " + std::to_string(size)};
    if (index < 0) index += size;
  }
  return gather;
}

}  // namespace fcn::tools

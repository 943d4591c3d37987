// SPDX-License-Identifier: MIT
// The same values in another shape. Sizes that the exporter left free are computed from the tensor's own, as
// ONNX exporters do, and come out as numbers on the training window.
#include <algorithm>
#include <numeric>
#include <utility>

#include "tools/import/pt2/aten/aten_ops.hpp"

namespace fcn::tools {
namespace {

using ValueNames = std::vector<std::string>;
using Numbers = std::vector<std::int64_t>;

ValueNames view(AtenCall& call) {
  // A view as another type has no shape.
  if (call.overload() == "dtype") throw Refusal{"reads a tensor's bytes as another type"};
  return {call.emit("Reshape", {call.tensor("self"), call.sizes(call.has("size") ? "size" : "shape")})};
}

ValueNames view_as(AtenCall& call) {
  return {call.emit("Reshape", {call.tensor("self"), call.emit("Shape", {call.tensor("other")})})};
}

/// The axes from `begin` to `end`, without it, replaced by others, whose sizes are given.
std::string reshaped(AtenCall& call, std::size_t begin, std::size_t end, const std::string& sizes) {
  const std::string x = call.tensor("self");
  const auto at = [](std::size_t axis) { return static_cast<std::int64_t>(axis); };
  ValueNames parts;
  if (begin > 0) parts.push_back(call.emit("Shape", {x}, {{"end", at(begin)}}));
  parts.push_back(sizes);
  if (end < call.rank("self")) parts.push_back(call.emit("Shape", {x}, {{"start", at(end)}}));
  const std::string shape =
      parts.size() == 1 ? parts[0] : call.emit("Concat", std::move(parts), {{"axis", std::int64_t{0}}});
  return call.emit("Reshape", {x, shape});
}

ValueNames flatten(AtenCall& call) {
  if (call.rank("self") == 0) return {reshaped(call, 0, 0, call.list({1}))};
  const std::size_t first = call.axis("self", call.integer("start_dim", 0));
  const std::size_t last = call.axis("self", call.integer("end_dim", -1));
  if (first > last) throw Refusal{"flattens axes " + std::to_string(first) + " to " + std::to_string(last)};
  if (first == last) return {call.tensor("self")};
  return {reshaped(call, first, last + 1, call.list({-1}))};
}

ValueNames unflatten(AtenCall& call) {
  const std::size_t axis = call.axis("self", call.integer("dim"));
  return {reshaped(call, axis, axis + 1, call.sizes("sizes"))};
}

ValueNames unsqueeze(AtenCall& call) {
  return {call.emit("Unsqueeze", {call.tensor("self"), call.list({call.integer("dim")})})};
}

/// Only axes of size 1 vanish; ATen leaves others alone.
ValueNames squeeze(AtenCall& call) {
  const Dims& sizes = call.meta("self").sizes;
  Numbers asked = call.integers("dim");
  if (!call.has("dim")) {
    asked.resize(sizes.size());
    std::iota(asked.begin(), asked.end(), std::int64_t{0});
  }
  Numbers axes;
  for (const std::int64_t each : asked) {
    const std::size_t axis = call.axis("self", each);
    if (sizes[axis] == 1) axes.push_back(static_cast<std::int64_t>(axis));
  }
  if (axes.empty()) return {call.tensor("self")};
  return {call.emit("Squeeze", {call.tensor("self"), call.list(std::move(axes))})};
}

ValueNames transposed(AtenCall& call, Numbers order) {
  return {call.emit("Transpose", {call.tensor("self")}, {{"perm", std::move(order)}})};
}

ValueNames permute(AtenCall& call) {
  Numbers order;
  for (const std::int64_t axis : call.integers("dims"))
    order.push_back(static_cast<std::int64_t>(call.axis("self", axis)));
  return transposed(call, std::move(order));
}

Numbers in_order(AtenCall& call) {
  Numbers order(call.rank("self"));
  std::iota(order.begin(), order.end(), std::int64_t{0});
  return order;
}

ValueNames transpose(AtenCall& call) {
  Numbers order = in_order(call);
  const bool renamed = call.has("axis0");
  const std::size_t a = call.axis("self", call.integer(renamed ? "axis0" : "dim0"));
  const std::size_t b = call.axis("self", call.integer(renamed ? "axis1" : "dim1"));
  std::swap(order[a], order[b]);
  return transposed(call, std::move(order));
}

/// The last two axes swapped; of a vector, nothing.
ValueNames last_transposed(AtenCall& call) {
  Numbers order = in_order(call);
  if (order.size() > 1) std::swap(order[order.size() - 1], order[order.size() - 2]);
  return transposed(call, std::move(order));
}

/// One axis moved to another place.
ValueNames moved(AtenCall& call) {
  const Numbers from = call.integers("source"), to = call.integers("destination");
  if (from.size() != 1 || to.size() != 1) throw Refusal{"moves several axes, supported is one"};
  Numbers order = in_order(call);
  const auto source = static_cast<std::ptrdiff_t>(call.axis("self", from[0]));
  const auto target = static_cast<std::ptrdiff_t>(call.axis("self", to[0]));
  const std::int64_t axis = order[static_cast<std::size_t>(source)];
  order.erase(order.begin() + source);
  order.insert(order.begin() + target, axis);
  return transposed(call, std::move(order));
}

ValueNames expand(AtenCall& call) {
  return {call.emit("Expand", {call.tensor("self"), call.expanded_sizes("size")})};
}

ValueNames expand_as(AtenCall& call) {
  return {call.emit("Expand", {call.tensor("self"), call.emit("Shape", {call.tensor("other")})})};
}

ValueNames repeat(AtenCall& call) {
  const Numbers repeats = call.integers("repeats");
  std::string x = call.tensor("self");
  const std::size_t rank = call.rank("self");
  if (repeats.size() < rank) throw Refusal{"repeats fewer axes than its input has"};
  if (repeats.size() > rank) {
    Numbers axes(repeats.size() - rank);
    std::iota(axes.begin(), axes.end(), std::int64_t{0});
    x = call.emit("Unsqueeze", {x, call.list(std::move(axes))});
  }
  const bool nothing =
      std::all_of(repeats.begin(), repeats.end(), [](std::int64_t times) { return times == 1; });
  return {nothing ? x : call.emit("Tile", {x, call.list(repeats)})};
}

/// Channel c of the result is channel order[c] of the map.
std::string picked_channels(AtenCall& call, const std::string& x, Numbers order) {
  return call.emit("Gather", {x, call.list(std::move(order))}, {{"axis", std::int64_t{1}}});
}

/// The transposed order of rows x columns numbers.
Numbers transposed_order(std::int64_t rows, std::int64_t columns) {
  element_count({rows, columns}, std::uint64_t{1} << 20);
  Numbers order;
  for (std::int64_t column = 0; column < columns; ++column)
    for (std::int64_t row = 0; row < rows; ++row) order.push_back(row * columns + column);
  return order;
}

ValueNames channel_shuffle(AtenCall& call) {
  const std::int64_t channels = call.fixed_size("self", 1), groups = call.integer("groups");
  if (groups < 1 || channels % groups != 0) throw Refusal{"shuffles uneven groups of channels"};
  return {picked_channels(call, call.tensor("self"), transposed_order(groups, channels / groups))};
}

std::int64_t block_of(AtenCall& call, const char* argument) {
  const std::int64_t block = call.integer(argument);
  if (block >= 1 && block <= 1024 && call.rank("self") == 4) return block;
  throw Refusal{"argument " + std::string(argument) + " is " + std::to_string(block) +
                ", supported are 1 to 1024 on maps of four axes"};
}

ValueNames pixel_shuffle(AtenCall& call) {
  const std::int64_t block = block_of(call, "upscale_factor");
  return {
      call.emit("DepthToSpace", {call.tensor("self")}, {{"blocksize", block}, {"mode", std::string("CRD")}})};
}

/// ONNX puts the places of a block outermost among the channels, ATen innermost.
ValueNames pixel_unshuffle(AtenCall& call) {
  const std::int64_t block = block_of(call, "downscale_factor");
  const std::string blocks = call.emit("SpaceToDepth", {call.tensor("self")}, {{"blocksize", block}});
  return {picked_channels(call, blocks, transposed_order(block * block, call.fixed_size("self", 1)))};
}

constexpr AtenRule kAtenShapesRules[] = {{"_reshape_alias", view},
                                         {"_reshape_copy", view},
                                         {"_unsafe_view", view},
                                         {"channel_shuffle", channel_shuffle},
                                         {"expand", expand},
                                         {"expand_as", expand_as},
                                         {"expand_copy", expand},
                                         {"flatten", flatten},
                                         {"mT", last_transposed},
                                         {"movedim", moved},
                                         {"numpy_T", last_transposed},
                                         {"permute", permute},
                                         {"permute_copy", permute},
                                         {"pixel_shuffle", pixel_shuffle},
                                         {"pixel_unshuffle", pixel_unshuffle},
                                         {"repeat", repeat},
                                         {"reshape", view},
                                         {"reshape_as", view_as},
                                         {"squeeze", squeeze},
                                         {"squeeze_copy", squeeze},
                                         {"swapaxes", transpose},
                                         {"swapdims", transpose},
                                         {"t", last_transposed},
                                         {"t_copy", last_transposed},
                                         {"transpose", transpose},
                                         {"transpose_copy", transpose},
                                         {"unflatten", unflatten},
                                         {"unsqueeze", unsqueeze},
                                         {"unsqueeze_copy", unsqueeze},
                                         {"view", view},
                                         {"view_as", view_as},
                                         {"view_copy", view}};

}  // namespace

std::span<const AtenRule> aten_shape_rules() {
  return kAtenShapesRules;
}

}  // namespace fcn::tools

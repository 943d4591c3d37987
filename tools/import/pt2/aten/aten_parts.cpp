// SPDX-License-Identifier: MIT
// Parts of tensors, and tensors joined of parts.
#include <algorithm>
#include <limits>
#include <utility>

#include "tools/import/pt2/aten/aten_ops.hpp"

namespace fcn::tools {
namespace {

using ValueNames = std::vector<std::string>;
using Numbers = std::vector<std::int64_t>;

constexpr std::int64_t kToTheEnd = std::numeric_limits<std::int64_t>::max();

/// A size that the graph may compute, as a list of one.
std::string bound(AtenCall& call, const char* name, std::int64_t fallback) {
  return call.emit("Unsqueeze", {call.size(name, fallback), call.list({0})});
}

ValueNames slice(AtenCall& call) {
  const std::string axis = call.list({call.integer("dim", 0)});
  return {call.emit("Slice", {call.tensor("self"), bound(call, "start", 0), bound(call, "end", kToTheEnd),
                              axis, bound(call, "step", 1)})};
}

/// `length` indices from `start` on.
ValueNames narrow(AtenCall& call) {
  const std::int64_t start = call.integer("start"), length = call.integer("length");
  if (start < 0 || length < 0 || start > kToTheEnd - length) throw Refusal{"keeps a part beyond its input"};
  return {call.emit("Slice", {call.tensor("self"), call.list({start}), call.list({start + length}),
                              call.list({call.integer("dim")})})};
}

ValueNames select(AtenCall& call) {
  return {
      call.emit("Gather", {call.tensor("self"), call.size("index", 0)}, {{"axis", call.integer("dim", 0)}})};
}

ValueNames index_select(AtenCall& call) {
  return {call.emit("Gather", {call.tensor("self"), call.tensor("index")}, {{"axis", call.integer("dim")}})};
}

/// x[:, indices]: one tensor of indices, whose place in the list is the axis.
ValueNames index(AtenCall& call) {
  const ValueNames indices = call.tensors("indices");
  std::size_t axis = indices.size();
  for (std::size_t i = 0; i < indices.size(); ++i) {
    if (indices[i].empty()) continue;
    if (axis != indices.size()) throw Refusal{"indexes several axes at once, supported is one"};
    axis = i;
  }
  if (axis == indices.size()) return {call.tensor("self")};
  return {
      call.emit("Gather", {call.tensor("self"), indices[axis]}, {{"axis", static_cast<std::int64_t>(axis)}})};
}

ValueNames flip(AtenCall& call) {
  const Numbers axes = call.integers("dims");
  const Numbers last(axes.size(), -1), before(axes.size(), std::numeric_limits<std::int64_t>::min() + 1);
  return {call.emit(
      "Slice", {call.tensor("self"), call.list(last), call.list(before), call.list(axes), call.list(last)})};
}

/// Parts of the sizes that the file gives its outputs.
ValueNames split(AtenCall& call) {
  const std::size_t axis = call.axis("self", call.integer("dim", 0));
  Numbers sizes;
  for (std::size_t i = 0; i < call.node().outputs.size(); ++i) {
    const Dims& part = call.output_meta(i).sizes;
    if (axis >= part.size() || part[axis] < 0) throw Refusal{"splits an axis that has no fixed size"};
    sizes.push_back(part[axis]);
  }
  const std::size_t count = sizes.size();
  return call.emit_all("Split", {call.tensor("self"), call.list(std::move(sizes))},
                       {{"axis", static_cast<std::int64_t>(axis)}}, count);
}

ValueNames unbind(AtenCall& call) {
  const std::string x = call.tensor("self");
  const std::int64_t axis = call.integer("dim", 0);
  ValueNames parts;
  for (std::size_t i = 0; i < call.node().outputs.size(); ++i)
    parts.push_back(call.emit("Gather", {x, call.whole(static_cast<std::int64_t>(i))}, {{"axis", axis}}));
  return parts;
}

ValueNames concatenate(AtenCall& call) {
  ValueNames parts = call.tensors("tensors");
  if (parts.size() == 1) return parts;
  return {call.emit("Concat", std::move(parts), {{"axis", call.integer("dim", 0)}})};
}

ValueNames stack(AtenCall& call) {
  const std::int64_t dim = call.integer("dim", 0);
  const auto rank = static_cast<std::int64_t>(call.rank("tensors"));
  if (dim < -rank - 1 || dim > rank) throw Refusal{"has no axis " + std::to_string(dim)};
  const std::int64_t axis = dim < 0 ? dim + rank + 1 : dim;
  ValueNames parts;
  for (const std::string& each : call.tensors("tensors"))
    parts.push_back(call.emit("Unsqueeze", {each, call.list({axis})}));
  return {call.emit("Concat", std::move(parts), {{"axis", axis}})};
}

constexpr AtenRule kAtenPartsRules[] = {{"cat", concatenate},
                                        {"chunk", split},
                                        {"concat", concatenate},
                                        {"concatenate", concatenate},
                                        {"flip", flip},
                                        {"index", index},
                                        {"index_select", index_select},
                                        {"narrow", narrow},
                                        {"select", select},
                                        {"select_copy", select},
                                        {"slice", slice},
                                        {"slice_copy", slice},
                                        {"split", split},
                                        {"split_copy", split},
                                        {"split_with_sizes", split},
                                        {"split_with_sizes_copy", split},
                                        {"stack", stack},
                                        {"tensor_split", split},
                                        {"unbind", unbind},
                                        {"unbind_copy", unbind},
                                        {"unsafe_chunk", split},
                                        {"unsafe_split", split}};

}  // namespace

std::span<const AtenRule> aten_part_rules() {
  return kAtenPartsRules;
}

}  // namespace fcn::tools

// SPDX-License-Identifier: MIT
// Padding around a map, or before and after its channels, and cropping.
#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "tools/import/onnx/lower/elementwise.hpp"
#include "tools/import/onnx/lower/lowering.hpp"
#include "tools/import/onnx/place_like.hpp"
#include "tools/import/onnx/size_sums.hpp"

namespace fcn::tools {
namespace {

/// One axis of a Pad: so many before and after; negative ones crop.
struct AxisPad {
  std::int64_t before = 0;
  std::int64_t after = 0;
};

/// The indices along an axis of this size that a pad takes, in order; -1 for a constant.
std::vector<std::int64_t> padded_indices(std::int64_t size, AxisPad pad, const std::string& mode) {
  std::vector<std::int64_t> indices;
  const auto reflected = [&](std::int64_t i) {
    const std::int64_t period = std::max<std::int64_t>(2 * (size - 1), 1);
    const std::int64_t at = (i % period + period) % period;
    return at < size ? at : period - at;
  };
  for (std::int64_t i = -pad.before; i < size + pad.after; ++i) {
    if (i >= 0 && i < size)
      indices.push_back(i);
    else if (mode == "constant")
      indices.push_back(-1);
    else if (mode == "edge")
      indices.push_back(std::clamp<std::int64_t>(i, 0, size - 1));
    else
      indices.push_back(mode == "wrap" ? (i % size + size) % size : reflected(i));
  }
  if (indices.empty()) throw Refusal{"leaves no channel"};
  return indices;
}

/// Channels put before and after, or cut off.
Feature pad_channels(const Feature& in, std::size_t axis, AxisPad pad, const std::string& mode, float value,
                     NetworkBuilder& net) {
  const std::int64_t size = axis_size(in.view.axis(axis));
  std::vector<std::int64_t> indices = padded_indices(size, pad, mode);
  if (std::find(indices.begin(), indices.end(), -1) == indices.end()) return select(in, axis, indices, net);
  if (size != in.shape.channels) throw Refusal{"pads a part of the channels, supported are all of them"};
  // The constant is one more channel, from which all are taken.
  std::vector<std::int64_t> all;
  for (std::int64_t i = 0; i < size; ++i) all.push_back(i);
  const Feature ordered = select(in, axis, all, net);
  const Feature first = net.append(SelectChannels{.channels = {0}}, {ordered.node});
  const Feature constant = activate(first, ActivationKind::clip, net, value, value);
  Feature joined = net.append(Concat{}, {ordered.node, constant.node});
  joined.view = ordered.view.with_axis(axis, {{.axis = MapAxis::channel, .size = size + 1, .stride = 1}});
  for (std::int64_t& index : indices)
    if (index < 0) index = size;
  return select(joined, axis, indices, net);
}

PadMode pad_mode(const std::string& mode) {
  if (mode == "constant") return PadMode::constant;
  if (mode == "edge") return PadMode::edge;
  if (mode == "reflect") return PadMode::reflect;
  throw Refusal{"attribute mode is \"" + mode +
                "\" and it pads rows or columns, supported are constant, edge " + "and reflect there"};
}

/// The axes that a node pads, in the order of its numbers.
std::vector<std::size_t> padded_axes(const NodeCall& call, std::size_t rank) {
  std::vector<std::size_t> axes;
  if (call.has(3)) {
    for (const std::int64_t axis : call.known_integers(3)) axes.push_back(normal_axis(axis, rank));
    normal_axes(call.known_integers(3), rank);
  } else {
    for (std::size_t i = 0; i < rank; ++i) axes.push_back(i);
  }
  return axes;
}

/// What it pads each axis by.
std::vector<AxisPad> read_pads(const NodeCall& call, std::size_t rank) {
  const auto pads = call.list("pads", 1);
  const std::vector<std::size_t> axes = padded_axes(call, rank);
  if (!pads || pads->size() != 2 * axes.size()) throw Refusal{"its pads are not two numbers an axis"};
  std::vector<AxisPad> result(rank);
  const auto pad = [&](std::size_t i) { return checked_int((*pads)[i], "its padding", -(1 << 20), 1 << 20); };
  for (std::size_t i = 0; i < axes.size(); ++i) result[axes[i]] = {pad(i), pad(axes.size() + i)};
  return result;
}

/// Pads rows and columns that become as many as another map has, and takes them off `pads`. Notes numbers
/// that depend on the picture's size and are not understood.
Feature pad_to_maps(const NodeCall& call, const Feature& in, std::vector<AxisPad>& pads,
                    NetworkBuilder& net) {
  if (!call.has(1) || !depends_on_sizes(call.known(1))) return in;
  Feature out = in;
  const KnownTensor& numbers = call.known(1);
  const std::vector<std::size_t> axes = padded_axes(call, in.view.rank());
  bool understood =
      in.view.rank() == 4 && in.view.is_map(in.shape) && call.scalar("value", 2).value_or(0) == 0;
  for (std::size_t i = 0; understood && i < axes.size(); ++i) {
    const SizeOrigin before = origin_of(numbers, i), after = origin_of(numbers, axes.size() + i);
    const auto is_literal = [](const SizeOrigin& origin) { return origin.kind == SizeOrigin::Kind::literal; };
    if (is_literal(before) && is_literal(after)) continue;
    const auto sum = [&](const SizeOrigin& origin, std::int64_t value) {
      return is_literal(origin) ? literal_size(value) : origin;
    };
    const std::size_t axis = axes[i];
    const bool columns = axis == 3;
    const auto to = pad_target(sum(before, pads[axis].before), sum(after, pads[axis].after),
                               net.first_of_size(in.node, columns), columns);
    understood = axis >= 2 && to.has_value();
    if (!understood) break;
    out = pad_like(out, columns, *to, net);
    pads[axis] = {};
  }
  if (!understood) net.note("a padding that is computed from sizes is taken as it is on the window");
  return out;
}

std::vector<Value> lower_pad(const NodeCall& call, NetworkBuilder& net) {
  Feature in = call.feature(0);
  const std::size_t rank = in.view.rank();
  std::vector<AxisPad> pads = read_pads(call, rank);
  const std::string mode = call.text("mode", "constant");
  const float value = mode == "constant" ? call.scalar("value", 2).value_or(0.0f) : 0.0f;
  if (mode == "constant") in = pad_to_maps(call, in, pads, net);
  for (std::size_t i = 0; i < rank; ++i) {
    const ViewAxis& axis = in.view.axis(i);
    const bool nothing = pads[i].before == 0 && pads[i].after == 0;
    const bool channels = in.view.only_channels(i) && (!axis.empty() || (i == 1 && rank == 4));
    if (nothing || !channels) continue;
    in = pad_channels(in, i, pads[i], mode, value, net);
    pads[i] = {};
  }
  const bool done = std::all_of(pads.begin(), pads.end(),
                                [](const AxisPad& pad) { return pad.before == 0 && pad.after == 0; });
  if (done) return {in};
  in = as_map(in, net);
  if (pads[0].before != 0 || pads[0].after != 0)
    throw Refusal{"pads images, supported are channels, rows and columns"};
  Pad op{.mode = pad_mode(mode), .pad = {}, .value = value};
  op.pad = {static_cast<int>(pads[2].before), static_cast<int>(pads[3].before),
            static_cast<int>(pads[2].after), static_cast<int>(pads[3].after)};
  return {net.append(op, {in.node})};
}

constexpr LoweringRule kPadRules[] = {{"Pad", lower_pad}};

}  // namespace

std::span<const LoweringRule> pad_rules() {
  return kPadRules;
}

}  // namespace fcn::tools

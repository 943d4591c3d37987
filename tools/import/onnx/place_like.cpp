// SPDX-License-Identifier: MIT
#include "tools/import/onnx/place_like.hpp"

#include <variant>

#include "tools/import/onnx/lower/lowering.hpp"

namespace fcn::tools {
namespace {

/// The op of this kind that the node is, if it works along the other axis and for the same map.
template <class SizedOp>
const SizedOp* other_half(const Node& node, CropAxes axes, NodeId like) {
  const auto* op = std::get_if<SizedOp>(&node.op);
  const bool other =
      op != nullptr && node.inputs[1] == like && op->axes != axes && op->axes != CropAxes::both;
  return other ? op : nullptr;
}

CropAxes axes_of(bool columns) {
  return columns ? CropAxes::columns : CropAxes::rows;
}

Feature center_to(NodeId in, CenterTo op, NodeId like, NetworkBuilder& net) {
  const Node& before = net.graph().nodes[in];
  const auto* other = other_half<CenterTo>(before, op.axes, like);
  if (other != nullptr && other->before == op.before && other->only_cut == op.only_cut) {
    op.axes = CropAxes::both;
    in = before.inputs[0];
  }
  return net.append(op, {in, like});
}

Feature crop_to(NodeId in, CropTo op, NodeId like, NetworkBuilder& net) {
  const Node& before = net.graph().nodes[in];
  if (const auto* other = other_half<CropTo>(before, op.axes, like)) {
    op = {CropAxes::both, op.top + other->top, op.left + other->left};
    in = before.inputs[0];
  }
  return net.append(op, {in, like});
}

}  // namespace

Feature pad_like(const Feature& in, bool columns, const PlacedLike& to, NetworkBuilder& net) {
  NodeId from = in.node;
  if (to.more != 0) {
    // Literal places before the map, or as many fewer after it, come first.
    const bool before = to.before == PlacesBefore::none;
    if (!before && to.before != PlacesBefore::all)
      throw Refusal{"pads by half of a difference of sizes and a number more, supported is the half alone"};
    const int places = checked_int(before ? to.more : -to.more, "its padding", -(1 << 20), 1 << 20);
    Padding pad;
    int& side = columns ? (before ? pad.left : pad.right) : (before ? pad.top : pad.bottom);
    side = places;
    from = net.append(Pad{.mode = PadMode::constant, .pad = pad, .value = 0}, {from}).node;
  }
  return center_to(from, {axes_of(columns), to.before, false}, to.like, net);
}

std::optional<Feature> cut_like(const Feature& in, bool columns, const PlacedLike& to, NetworkBuilder& net) {
  if (to.before != PlacesBefore::none) {
    if (to.more != 0) return std::nullopt;
    return center_to(in.node, {axes_of(columns), to.before, true}, to.like, net);
  }
  if (to.like == net.first_of_size(in.node, columns) && to.more == 0) return in;
  CropTo crop{.axes = axes_of(columns)};
  (columns ? crop.left : crop.top) = checked_int(-to.more, "its first place", 0, 1 << 20);
  return crop_to(in.node, crop, to.like, net);
}

}  // namespace fcn::tools

// SPDX-License-Identifier: MIT
// Tensors joined along an axis of channels: features, constants beside them, and pooled values that Expand or
// a resize repeats over the map.
#include <cstddef>
#include <numeric>
#include <optional>
#include <utility>

#include "tools/import/onnx/lower/elementwise.hpp"
#include "tools/import/onnx/lower/pair_up.hpp"

namespace fcn::tools {
namespace {

/// Its channels in an order in which the axis is the outermost of the channels' axes.
Feature with_axis_outermost(const Feature& in, std::size_t axis, NetworkBuilder& net) {
  if (!in.view.only_channels(axis))
    throw Refusal{"joins along axis " + std::to_string(axis) + ", which is no axis of channels"};
  std::vector<std::size_t> order{axis}, back(in.view.rank());
  for (std::size_t i = 0; i < in.view.rank(); ++i)
    if (i != axis) order.push_back(i);
  for (std::size_t i = 0; i < order.size(); ++i) back[order[i]] = i;
  Feature out = in;
  out.view = in.view.transposed(order);
  std::vector<std::int64_t> all(static_cast<std::size_t>(axis_size(out.view.axis(0))));
  std::iota(all.begin(), all.end(), std::int64_t{0});
  out = select(out, 0, all, net);
  out.view = out.view.transposed(back);
  return out;
}

/// Whether any axis runs over rows or columns.
bool has_places(const TensorView& view) {
  for (std::size_t i = 0; i < view.rank(); ++i)
    for (const AxisPiece& piece : view.axis(i))
      if (piece.axis == MapAxis::row || piece.axis == MapAxis::column) return true;
  return false;
}

/// `small`, which is the same at all places, at each place of `whole`.
Feature spread(const Feature& small, const Feature& whole, std::size_t joined, NetworkBuilder& net) {
  const Feature first = net.append(SelectChannels{.channels = {0}}, {whole.node});
  const Feature zero = activate(first, ActivationKind::clip, net, 0, 0);
  Feature out = net.append(Arithmetic{.kind = ArithmeticKind::add}, {small.node, zero.node});
  out.view = small.view;
  for (std::size_t i = 0; i < small.view.rank(); ++i) {
    const bool repeats = !small.view.axis(i).empty() && small.view.axis(i)[0].axis == MapAxis::none;
    if (i == joined || !repeats) continue;
    if (axis_size(small.view.axis(i)) != axis_size(whole.view.axis(i)))
      throw Refusal{"its inputs differ in shape"};
    out.view = out.view.with_axis(i, whole.view.axis(i));
  }
  return out;
}

std::vector<Value> lower_concat(const NodeCall& call, NetworkBuilder& net) {
  std::optional<Feature> whole;  // one that has all places
  for (std::size_t i = 0; i < call.input_count(); ++i)
    if (!call.is_known(i) && (!whole || (!has_places(whole->view) && has_places(call.feature(i).view))))
      whole = call.feature(i);
  if (!whole) throw Refusal{"its inputs are constants"};
  const std::size_t rank = whole->view.rank();
  const std::size_t axis = normal_axis(call.integer("axis", 1), rank);
  std::vector<NodeId> nodes;
  std::optional<TensorView> view;
  for (std::size_t i = 0; i < call.input_count(); ++i) {
    if (dims_of(call.input(i)).size() != rank) throw Refusal{"its inputs differ in rank"};
    if (call.is_known(i) && call.known(i).size() == 0) continue;
    Feature part = call.is_known(i) ? constant_beside(call.known(i), whole->view, net) : call.feature(i);
    part = with_axis_outermost(part, axis, net);
    if (part.view.repeats() && has_places(whole->view)) part = spread(part, *whole, axis, net);
    TensorView rest = part.view.with_axis(axis, {});
    if (view && *view != rest) throw Refusal{"its inputs differ beside the axis that is joined"};
    view = std::move(rest);
    nodes.push_back(part.node);
  }
  Feature out = net.append(Concat{}, std::move(nodes));
  std::int64_t others = 1;  // channels on the other axes, which lie inside
  for (std::size_t i = 0; i < rank; ++i)
    if (view->only_channels(i)) others *= axis_size(view->axis(i));
  ViewAxis channels;
  if (out.shape.channels > others)
    channels = {{.axis = MapAxis::channel, .size = out.shape.channels / others, .stride = others}};
  out.view = view->with_axis(axis, std::move(channels));
  return {out};
}

constexpr LoweringRule kConcatRules[] = {{"Concat", lower_concat}};

}  // namespace

std::span<const LoweringRule> concat_rules() {
  return kConcatRules;
}

}  // namespace fcn::tools

// SPDX-License-Identifier: MIT
#include "tools/import/onnx/lower/reduce.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include "tools/import/onnx/lower/elementwise.hpp"

namespace fcn::tools {
namespace {

/// Up to this many maps are added or compared one by one; more are summed by a convolution.
constexpr std::int64_t kFewParts = 8;
constexpr std::int64_t kMostParts = 256;

bool is_place(const AxisPiece& piece) {
  return piece.axis == MapAxis::row || piece.axis == MapAxis::column;
}

/// Whether the axes include the places of the map.
bool takes_places(const Feature& in, const Axes& axes, const NetworkBuilder& net) {
  bool some = false, all = true, sizeless = false;
  for (std::size_t i = 0; i < in.view.rank(); ++i) {
    for (const AxisPiece& piece : in.view.axis(i)) {
      some = some || (is_place(piece) && axes[i]);
      all = all && (!is_place(piece) || axes[i]);
    }
    sizeless = sizeless || (i > 0 && axes[i] && in.view.axis(i).empty());
  }
  if (some && !all)
    throw Refusal{"reduces " + dims_text(in.view.dims()) +
                  " along some of its rows and columns; supported are all places at once, or channels"};
  if (some) return true;
  // Axes of size 1 may be the rows and columns of a map that has one place on the training window only.
  const bool one_place = in.shape.height == 1 && in.shape.width == 1;
  const bool channel_alone =
      in.shape.channels == 1 && axes.size() > 1 && axes[1] && std::count(axes.begin(), axes.end(), true) == 1;
  return one_place && sizeless && !channel_alone && !net.is_pooled(in.node);
}

Feature pool(const Feature& in, ReductionKind kind, NetworkBuilder& net) {
  switch (kind) {
    case ReductionKind::sum:
      return net.append(GlobalSumPool{}, {in.node});
    case ReductionKind::mean:
      return net.append(GlobalAveragePool{}, {in.node});
    case ReductionKind::maximum:
      return net.append(GlobalMaxPool{}, {in.node});
    case ReductionKind::minimum:
      break;
  }
  return scaled(net.append(GlobalMaxPool{}, {scaled(in, -1, 0, net).node}), -1, 0, net);
}

/// A piece of the channels and the axis that it lies on.
struct ChannelPiece {
  std::size_t axis = 0;
  std::size_t at = 0;  ///< in that axis
  std::int64_t size = 1;
  std::int64_t stride = 1;
};

/// The channels taken apart: those that stay, in the map's order, and those that are reduced.
struct ChannelParts {
  std::vector<ChannelPiece> kept, reduced;

  static std::int64_t count(const std::vector<ChannelPiece>& pieces) {
    std::int64_t product = 1;
    for (const ChannelPiece& piece : pieces) product *= piece.size;
    return product;
  }
  /// The channel that element `i` of these pieces, the outermost first, adds.
  static std::int64_t channel(const std::vector<ChannelPiece>& pieces, std::int64_t i) {
    std::int64_t channel = 0;
    for (std::size_t k = pieces.size(); k-- > 0; i /= pieces[k].size)
      channel += i % pieces[k].size * pieces[k].stride;
    return channel;
  }
};

ChannelParts take_apart(const Feature& in, const Axes& axes) {
  ChannelParts parts;
  for (std::size_t i = 0; i < in.view.rank(); ++i)
    for (std::size_t k = 0; k < in.view.axis(i).size(); ++k) {
      const AxisPiece& piece = in.view.axis(i)[k];
      if (piece.axis == MapAxis::channel)
        (axes[i] ? parts.reduced : parts.kept).push_back({i, k, piece.size, piece.stride});
    }
  std::sort(parts.kept.begin(), parts.kept.end(),
            [](const ChannelPiece& a, const ChannelPiece& b) { return a.stride > b.stride; });
  return parts;
}

Feature reduce_by_maps(const Feature& in, ReductionKind kind, const ChannelParts& parts,
                       NetworkBuilder& net) {
  const std::int64_t kept = ChannelParts::count(parts.kept), reduced = ChannelParts::count(parts.reduced);
  const ArithmeticKind step = kind == ReductionKind::maximum   ? ArithmeticKind::maximum
                              : kind == ReductionKind::minimum ? ArithmeticKind::minimum
                                                               : ArithmeticKind::add;
  std::optional<Feature> result;
  for (std::int64_t r = 0; r < reduced; ++r) {
    SelectChannels op;
    for (std::int64_t k = 0; k < kept; ++k)
      op.channels.push_back(
          static_cast<int>(ChannelParts::channel(parts.kept, k) + ChannelParts::channel(parts.reduced, r)));
    const Feature part = net.append(std::move(op), {in.node});
    result = result ? net.append_like(Arithmetic{.kind = step}, *result, part) : part;
  }
  return kind == ReductionKind::mean ? scaled(*result, 1.0f / static_cast<float>(reduced), 0, net) : *result;
}

Feature reduce_by_conv(const Feature& in, ReductionKind kind, const ChannelParts& parts,
                       NetworkBuilder& net) {
  const std::int64_t kept = ChannelParts::count(parts.kept), reduced = ChannelParts::count(parts.reduced);
  Conv conv;
  conv.in_channels = in.shape.channels;
  conv.out_channels = static_cast<int>(kept);
  const auto inputs = static_cast<std::size_t>(in.shape.channels);
  conv.weights.assign(static_cast<std::size_t>(kept) * inputs, 0.0f);
  const float weight = kind == ReductionKind::mean ? 1.0f / static_cast<float>(reduced) : 1.0f;
  for (std::int64_t k = 0; k < kept; ++k)
    for (std::int64_t r = 0; r < reduced; ++r)
      conv.weights[static_cast<std::size_t>(k) * inputs +
                   static_cast<std::size_t>(ChannelParts::channel(parts.kept, k) +
                                            ChannelParts::channel(parts.reduced, r))] = weight;
  return net.append(std::move(conv), {in.node});
}

Feature reduce_channels(const Feature& in, ReductionKind kind, const ChannelParts& parts,
                        NetworkBuilder& net) {
  const std::int64_t reduced = ChannelParts::count(parts.reduced);
  if (reduced == in.shape.channels) return net.append(ReduceChannels{.kind = kind}, {in.node});
  const bool sums = kind == ReductionKind::sum || kind == ReductionKind::mean;
  if (sums && reduced > kFewParts) return reduce_by_conv(in, kind, parts, net);
  if (reduced > kMostParts)
    throw Refusal{"compares " + std::to_string(reduced) + " parts of the channels, supported are " +
                  std::to_string(kMostParts) + ", or all channels"};
  return reduce_by_maps(in, kind, parts, net);
}

/// The view without the reduced axes, the kept channels renumbered in order.
TensorView view_without(const Feature& in, const Axes& axes, bool keep, const ChannelParts& parts) {
  std::vector<ViewAxis> all;
  for (std::size_t i = 0; i < in.view.rank(); ++i) all.push_back(axes[i] ? ViewAxis{} : in.view.axis(i));
  std::int64_t stride = 1;
  for (std::size_t k = parts.kept.size(); k-- > 0;) {
    all[parts.kept[k].axis][parts.kept[k].at].stride = stride;
    stride *= parts.kept[k].size;
  }
  std::vector<ViewAxis> left;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (!axes[i] || keep) left.push_back(std::move(all[i]));
  return TensorView(std::move(left));
}

}  // namespace

Axes axes_of(const NodeCall& call, std::size_t rank) {
  const auto given = call.list("axes", 1);
  if (!given || given->empty()) return Axes(rank, true);
  Axes axes(rank, false);
  for (const std::size_t axis : normal_axes(*given, rank)) axes[axis] = true;
  return axes;
}

bool takes_rows_or_columns(const Feature& in, const Axes& axes) {
  bool taken = false, left = false;
  for (std::size_t i = 0; i < in.view.rank(); ++i) {
    const ViewAxis& axis = in.view.axis(i);
    const bool places = std::any_of(axis.begin(), axis.end(), is_place);
    if (axes[i] && (!places || axis.size() > 1)) return false;
    (axes[i] ? taken : left) |= places;
  }
  return taken && left && !in.pending;
}

Feature reduce(const Feature& in, ReductionKind kind, const Axes& axes, bool keep, NetworkBuilder& net) {
  for (std::size_t i = 0; i < in.view.rank(); ++i)
    for (const AxisPiece& piece : in.view.axis(i))
      if (axes[i] && piece.axis == MapAxis::none && kind == ReductionKind::sum)
        throw Refusal{
            "sums a value that is repeated at every place, whose number follows the picture's size"};
  const ChannelParts parts = take_apart(in, axes);
  Feature out = in;
  const bool places = takes_places(in, axes, net);
  if (in.pending && (*in.pending != kind || !places))
    throw Refusal{
        "reduces what is reduced along some of its rows and columns in another way; supported are "
        "all places at once"};
  if (places) out = pool(out, kind, net);
  if (!parts.reduced.empty()) out = reduce_channels(out, kind, parts, net);
  out.view = view_without(in, axes, keep, parts);
  return out;
}

Feature normalised(const Feature& in, const Axes& axes, double epsilon, bool center, NetworkBuilder& net) {
  Feature x = in;
  if (center)
    x = combine(ArithmeticKind::subtract, in, reduce(in, ReductionKind::mean, axes, true, net), net);
  const Feature variance = reduce(square(x, net), ReductionKind::mean, axes, true, net);
  const Feature deviation =
      activate(scaled(variance, 1, static_cast<float>(epsilon), net), ActivationKind::sqrt, net);
  return combine(ArithmeticKind::divide, x, deviation, net);
}

}  // namespace fcn::tools

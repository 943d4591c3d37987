// SPDX-License-Identifier: MIT
// A tensor as the map that it is a view of: channels put in order, channels laid out as rows and columns
// (depth to space, pixel shuffle) and the reverse, however an exporter spelled them.
#include <algorithm>
#include <cstddef>
#include <numeric>
#include <optional>
#include <utility>

#include "tools/import/onnx/lower/lowering.hpp"

namespace fcn::tools {
namespace {

[[noreturn]] void refuse(const TensorView& view) {
  throw Refusal{"its input of shape " + dims_text(view.dims()) +
                " is not one picture's channels x rows x columns any more; supported are 1xCxHxW maps"};
}

/// Finds the piece of `place` on axis i, which may have one at most.
std::optional<AxisPiece> piece_on(const TensorView& view, std::size_t i, MapAxis place) {
  std::optional<AxisPiece> found;
  for (const AxisPiece& piece : view.axis(i)) {
    if (piece.axis != place) continue;
    if (found) refuse(view);
    found = piece;
  }
  return found;
}

/// By how much axis 1 takes rows or columns apart: 2 if it holds the parity of each row.
int block_on_channels(const Feature& in, MapAxis place, std::size_t axis, int size) {
  const auto inner = piece_on(in.view, 1, place);
  if (!inner) return 1;
  const auto outer = piece_on(in.view, axis, place);
  const std::int64_t rest = outer ? outer->size : 1;
  if (inner->stride != 1 || (outer && outer->stride != inner->size) || rest * inner->size != size)
    refuse(in.view);
  return static_cast<int>(inner->size);
}

/// Blocks of rows and columns become channels, within each channel by row, then column. A convolution of one
/// tap a channel does it.
Feature space_to_depth(const Feature& in, Extent block, NetworkBuilder& net) {
  const int taps = block.y * block.x;
  Conv conv;
  conv.in_channels = conv.groups = in.shape.channels;
  conv.out_channels =
      checked_int(std::int64_t{in.shape.channels} * taps, "its number of channels", 1, 1 << 20);
  conv.kernel = conv.stride = block;
  const auto count = static_cast<std::size_t>(taps);
  conv.weights.assign(static_cast<std::size_t>(in.shape.channels) * count * count, 0.0f);
  for (std::size_t c = 0; c < static_cast<std::size_t>(in.shape.channels); ++c)
    for (std::size_t t = 0; t < count; ++t) conv.weights[(c * count + t) * count + t] = 1;
  Feature out = net.append(std::move(conv), {in.node});
  std::vector<ViewAxis> axes;
  for (std::size_t i = 0; i < in.view.rank(); ++i) {
    ViewAxis axis;
    for (AxisPiece piece : in.view.axis(i)) {
      const bool row = piece.axis == MapAxis::row;
      if (piece.axis == MapAxis::channel) {
        piece.stride *= taps;
      } else if (i == 1) {
        piece = {.axis = MapAxis::channel, .size = piece.size, .stride = row ? block.x : 1};
      } else {
        piece.stride = 1;
      }
      axis.push_back(piece);
    }
    axes.push_back(std::move(axis));
  }
  out.view = TensorView(std::move(axes));
  return out;
}

/// Each channel's successive `block.y * block.x` ones become its rows and columns. The map's channels are
/// in that order already.
Feature depth_to_space(const Feature& in, Extent block, NetworkBuilder& net) {
  const int taps = block.y * block.x;
  Conv conv;
  conv.in_channels = in.shape.channels;
  conv.out_channels = conv.groups = in.shape.channels / taps;
  conv.kernel = block;
  conv.pad = {block.y - 1, block.x - 1, block.y - 1, block.x - 1};
  const auto count = static_cast<std::size_t>(taps);
  conv.weights.assign(static_cast<std::size_t>(conv.out_channels) * count * count, 0.0f);
  for (std::size_t c = 0; c < static_cast<std::size_t>(conv.out_channels); ++c)
    for (std::size_t t = 0; t < count; ++t) conv.weights[(c * count + t) * count + count - 1 - t] = 1;
  const Feature spread = net.append(InsertZeros{.stride = block}, {in.node});
  return net.append(std::move(conv), {spread.node});
}

/// How many rows or columns axis i makes of each of the map's: 1 unless channels lie inside them.
std::optional<int> block_of_channels(const Feature& in, std::size_t i, MapAxis place, int size) {
  std::int64_t seen = 1, block = 1;
  for (const AxisPiece& piece : in.view.axis(i)) {
    if (piece.axis == place && block == 1 && piece.stride == 1) {
      seen *= piece.size;
    } else if (piece.axis == MapAxis::channel) {
      block *= piece.size;
    } else {
      return std::nullopt;
    }
  }
  if (seen != size) return std::nullopt;
  return static_cast<int>(block);
}

/// The map's channels in the order of the tensor's axes; a repeated value is held as often.
Feature ordered_channels(const Feature& in, NetworkBuilder& net) {
  std::vector<AxisPiece> pieces;
  for (std::size_t i = 0; i < in.view.rank(); ++i)
    for (const AxisPiece& piece : in.view.axis(i))
      if (piece.axis == MapAxis::channel || (i == 1 && piece.axis == MapAxis::none)) pieces.push_back(piece);
  std::int64_t count = 1;
  for (const AxisPiece& piece : pieces) {
    count *= piece.size;
    if (count > (1 << 20)) refuse(in.view);
  }
  SelectChannels op;
  for (std::int64_t c = 0; c < count; ++c) {
    std::int64_t rest = c, from = 0;
    for (std::size_t k = pieces.size(); k-- > 0; rest /= pieces[k].size)
      if (pieces[k].axis == MapAxis::channel) from += rest % pieces[k].size * pieces[k].stride;
    op.channels.push_back(static_cast<int>(from));
  }
  bool same = count == in.shape.channels;
  for (std::size_t c = 0; same && c < op.channels.size(); ++c) same = op.channels[c] == static_cast<int>(c);
  return same ? in : net.append(std::move(op), {in.node});
}

}  // namespace

Feature as_map(const Feature& feature, NetworkBuilder& net) {
  if (feature.view.is_map(feature.shape)) return feature;
  if (feature.view.rank() != 4 || !feature.view.axis(0).empty()) refuse(feature.view);
  const Extent apart{block_on_channels(feature, MapAxis::row, 2, feature.shape.height),
                     block_on_channels(feature, MapAxis::column, 3, feature.shape.width)};
  const Feature in = apart == Extent{1, 1} ? feature : space_to_depth(feature, apart, net);
  const auto rows = block_of_channels(in, 2, MapAxis::row, in.shape.height);
  const auto columns = block_of_channels(in, 3, MapAxis::column, in.shape.width);
  if (!rows || !columns) refuse(feature.view);
  const bool lays_out = *rows != 1 || *columns != 1;
  if (lays_out && net.is_pooled(in.node))
    throw Refusal{"lays out a pooled map's channels as " + dims_text(feature.view.dims()) +
                  ", which has no meaning on a larger picture"};
  Feature ordered = ordered_channels(in, net);
  if (lays_out) ordered = depth_to_space(ordered, {*rows, *columns}, net);
  ordered.view = TensorView::of_map(ordered.shape);
  if (ordered.view.dims() != feature.view.dims()) refuse(feature.view);
  return ordered;
}

}  // namespace fcn::tools

// SPDX-License-Identifier: MIT
#include "tools/import/onnx/lower/pair_up.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <set>
#include <string>
#include <utility>

namespace fcn::tools {
namespace {

constexpr std::int64_t kMaxChannels = 1 << 20;

[[noreturn]] void misfit(const Feature& a, const Feature& b) {
  throw Refusal{"its inputs of shapes " + dims_text(a.view.dims()) + " and " + dims_text(b.view.dims()) +
                " do not pair by channel, row and column"};
}

TensorView widened(const TensorView& view, std::size_t rank) {
  std::vector<ViewAxis> axes(rank - view.rank());
  for (std::size_t i = 0; i < view.rank(); ++i) axes.push_back(view.axis(i));
  return TensorView(std::move(axes));
}

/// The sizes of the pieces of one axis, or of two of one size cut wherever either is; nothing if the cuts do
/// not nest.
std::optional<Dims> cut_sizes(const ViewAxis& x, const ViewAxis& y) {
  std::set<std::int64_t> cuts{1};
  for (const ViewAxis* axis : {&x, &y}) {
    std::int64_t inner = 1;
    for (std::size_t i = axis->size(); i-- > 0;) cuts.insert(inner *= (*axis)[i].size);
  }
  Dims sizes;
  std::int64_t inner = 1;
  for (const std::int64_t cut : cuts) {
    if (cut % inner != 0) return std::nullopt;
    if (cut != 1) sizes.insert(sizes.begin(), cut / inner);
    inner = cut;
  }
  return sizes;
}

/// One axis of both tensors after all have been cut to single pieces.
struct Place {
  std::optional<AxisPiece> a, b;
};

std::vector<Place> cut_alike(const Feature& a, const Feature& b) {
  const std::size_t rank = std::max(a.view.rank(), b.view.rank());
  const TensorView left = widened(a.view, rank), right = widened(b.view, rank);
  Dims dims_a, dims_b;
  for (std::size_t i = 0; i < rank; ++i) {
    const std::int64_t m = axis_size(left.axis(i)), n = axis_size(right.axis(i));
    if (m != n && m != 1 && n != 1) misfit(a, b);
    const auto sizes = cut_sizes(left.axis(i), right.axis(i));
    if (!sizes) misfit(a, b);
    for (const std::int64_t size : *sizes) {
      dims_a.push_back(m == 1 ? 1 : size);
      dims_b.push_back(n == 1 ? 1 : size);
    }
  }
  const auto cut_a = left.reshaped(dims_a), cut_b = right.reshaped(dims_b);
  if (!cut_a || !cut_b) misfit(a, b);
  std::vector<Place> places;
  for (std::size_t i = 0; i < dims_a.size(); ++i) {
    const auto piece = [&](const ViewAxis& axis) {
      if (axis.size() > 1) misfit(a, b);
      return axis.empty() ? std::nullopt : std::optional(axis[0]);
    };
    places.push_back({piece(cut_a->axis(i)), piece(cut_b->axis(i))});
  }
  return places;
}

bool is_on(const std::optional<AxisPiece>& piece, MapAxis axis) {
  return piece && piece->axis == axis;
}

/// Whether a map has but one place along `axis`, so that the engine repeats it.
bool repeats(const Feature& feature, MapAxis axis) {
  return axis == MapAxis::row ? feature.shape.height == 1 : feature.shape.width == 1;
}

/// The channels of both maps in one order.
struct Channels {
  std::vector<std::size_t> places;  ///< indices of the places on channels
  Dims sizes, strides;              ///< of each, in the common map
  std::int64_t count = 1;
};

Channels common_channels(const std::vector<Place>& places, const Feature& a, const Feature& b) {
  Channels channels;
  bool all_a = true, all_b = true;
  for (std::size_t i = 0; i < places.size(); ++i) {
    const bool on_a = is_on(places[i].a, MapAxis::channel), on_b = is_on(places[i].b, MapAxis::channel);
    if (!on_a && !on_b) continue;
    all_a = all_a && on_a;
    all_b = all_b && on_b;
    channels.places.push_back(i);
    channels.sizes.push_back(on_a ? places[i].a->size : places[i].b->size);
    channels.count *= channels.sizes.back();
    if (channels.count > kMaxChannels) misfit(a, b);
  }
  channels.strides.assign(channels.sizes.size(), 1);
  for (std::size_t k = channels.sizes.size(); k-- > 0;) {
    const Place& place = places[channels.places[k]];
    if (all_a || all_b)
      channels.strides[k] = (all_a ? place.a : place.b)->stride;
    else if (k + 1 < channels.sizes.size())
      channels.strides[k] = channels.strides[k + 1] * channels.sizes[k + 1];
  }
  return channels;
}

/// `feature` with its channels repeated and ordered like the common ones. A single channel stays single.
Feature arranged(const Feature& feature, const Channels& channels, const std::vector<Place>& places,
                 std::optional<AxisPiece> Place::*own, NetworkBuilder& net) {
  if (feature.shape.channels == 1) return feature;
  SelectChannels op;
  for (std::int64_t c = 0; c < channels.count; ++c) {
    std::int64_t from = 0;
    for (std::size_t k = 0; k < channels.places.size(); ++k) {
      const auto& piece = places[channels.places[k]].*own;
      if (is_on(piece, MapAxis::channel)) from += c / channels.strides[k] % channels.sizes[k] * piece->stride;
    }
    op.channels.push_back(static_cast<int>(from));
  }
  bool same = channels.count == feature.shape.channels;
  for (std::size_t c = 0; same && c < op.channels.size(); ++c) same = op.channels[c] == static_cast<int>(c);
  return same ? feature : net.append(std::move(op), {feature.node});
}

/// The place of an axis when both tensors are combined.
ViewAxis common_place(const Place& place, const Feature& a, const Feature& b) {
  const AxisPiece* x = place.a ? &*place.a : nullptr;
  const AxisPiece* y = place.b ? &*place.b : nullptr;
  if (x != nullptr && y != nullptr && x->axis == MapAxis::none) std::swap(x, y);
  if (x != nullptr && y != nullptr && y->axis == MapAxis::none)  // y is repeated along x
    y = nullptr;
  if (x == nullptr) std::swap(x, y);
  if (x == nullptr) return {};
  if (y != nullptr && x->axis != y->axis) misfit(a, b);
  if (x->axis == MapAxis::none) return {*x};
  if (y != nullptr) {
    if (x->axis != MapAxis::channel && *x != *y) misfit(a, b);
    return {*x};
  }
  const bool of_a = is_on(place.a, x->axis);
  if (x->axis != MapAxis::channel && !repeats(of_a ? b : a, x->axis)) misfit(a, b);
  return {*x};
}

}  // namespace

Pair pair_up(const Feature& a, const Feature& b, NetworkBuilder& net) {
  const std::vector<Place> places = cut_alike(a, b);
  const Channels channels = common_channels(places, a, b);
  std::vector<ViewAxis> axes;
  for (const Place& place : places) axes.push_back(common_place(place, a, b));
  for (std::size_t k = 0; k < channels.places.size(); ++k)
    axes[channels.places[k]] = {
        {.axis = MapAxis::channel, .size = channels.sizes[k], .stride = channels.strides[k]}};
  const std::size_t rank = std::max(a.view.rank(), b.view.rank());
  const Dims left = widened(a.view, rank).dims(), right = widened(b.view, rank).dims();
  Dims dims;
  for (std::size_t i = 0; i < rank; ++i) dims.push_back(std::max(left[i], right[i]));
  auto view = TensorView(std::move(axes)).reshaped(dims);
  if (!view) misfit(a, b);
  return {arranged(a, channels, places, &Place::a, net), arranged(b, channels, places, &Place::b, net),
          *std::move(view)};
}

Feature constant_beside(const KnownTensor& known, const TensorView& view, NetworkBuilder& net) {
  if (!known.is_real()) throw Refusal{"a constant of integers meets a feature map"};
  const std::size_t rank = std::max(known.dims.size(), view.rank());
  const TensorView beside = widened(view, rank);
  Dims dims(rank - known.dims.size(), 1);
  dims.insert(dims.end(), known.dims.begin(), known.dims.end());
  // Along rows and columns it must not change; along other axes its values become channels.
  std::vector<ViewAxis> axes(rank);
  std::vector<bool> fixed(rank, false);
  std::int64_t channels = 1;
  for (std::size_t i = rank; i-- > 0;) {
    if (dims[i] == 1) continue;
    fixed[i] = !beside.only_channels(i);
    axes[i] = {{.axis = fixed[i] ? MapAxis::none : MapAxis::channel, .size = dims[i], .stride = channels}};
    if (!fixed[i]) channels *= dims[i];
  }
  Constant op{.shape = {checked_int(channels, "its number of constants", 1, 1 << 20), 1, 1}, .values = {}};
  op.values.resize(static_cast<std::size_t>(channels));
  std::vector<bool> seen(op.values.size(), false);
  for (std::size_t at = 0; at < known.size(); ++at) {
    std::int64_t rest = static_cast<std::int64_t>(at), channel = 0;
    for (std::size_t i = rank; i-- > 0; rest /= dims[i])
      if (!fixed[i] && dims[i] != 1) channel += rest % dims[i] * axes[i][0].stride;
    const auto c = static_cast<std::size_t>(channel);
    if (seen[c] && op.values[c] != known.reals()[at])
      throw Refusal{"its constant of shape " + dims_text(known.dims) +
                    " differs from place to place, supported is one a channel"};
    op.values[c] = known.reals()[at];
    seen[c] = true;
  }
  Feature out = net.append(std::move(op), {});
  out.view = TensorView(std::move(axes));
  return out;
}

}  // namespace fcn::tools

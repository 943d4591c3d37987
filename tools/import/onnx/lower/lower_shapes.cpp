// SPDX-License-Identifier: MIT
// Reshapes, transposes and repetitions, which only change how a map is seen; selections of channels, rows and
// columns.
#include <algorithm>
#include <cstddef>
#include <numeric>
#include <optional>
#include <utility>

#include "tools/import/onnx/fold/tensor_moves.hpp"
#include "tools/import/onnx/lower/lowering.hpp"
#include "tools/import/onnx/place_like.hpp"
#include "tools/import/onnx/size_sums.hpp"
#include "tools/import/onnx/values/shape_rules.hpp"

namespace fcn::tools {
namespace {

Feature reshaped(const Feature& in, const Dims& dims) {
  Feature out = in;
  auto view = in.view.reshaped(dims);
  if (!view)
    throw Refusal{"reshapes " + dims_text(in.view.dims()) + " to " + dims_text(dims) +
                  ", which cuts an axis unevenly"};
  out.view = *std::move(view);
  return out;
}

std::vector<Value> lower_reshape(const NodeCall& call, NetworkBuilder& /*net*/) {
  return {reshaped(call.feature(0), reshaped_dims(call))};
}

std::vector<Value> lower_transpose(const NodeCall& call, NetworkBuilder& /*net*/) {
  Feature out = call.feature(0);
  out.view = out.view.transposed(transpose_order(call));
  return {out};
}

ViewAxis repeated_axis(std::int64_t size) {
  return size == 1 ? ViewAxis{} : ViewAxis{{.axis = MapAxis::none, .size = size, .stride = 1}};
}

std::vector<Value> lower_expand(const NodeCall& call, NetworkBuilder& /*net*/) {
  Feature out = call.feature(0);
  Dims dims = out.view.dims();
  const std::vector<std::int64_t> wanted = call.known_integers(1);
  if (wanted.size() > dims.size()) {
    if (wanted.size() > 8) throw Refusal{"expands to " + std::to_string(wanted.size()) + " axes"};
    dims.insert(dims.begin(), wanted.size() - dims.size(), 1);
    out = reshaped(out, dims);
  }
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const std::size_t axis = dims.size() - wanted.size() + i;
    if (wanted[i] == 1 || wanted[i] == dims[axis]) continue;
    if (dims[axis] != 1 || wanted[i] < 1)
      throw Refusal{"repeats a feature map from " + dims_text(dims) + " to " + dims_text(wanted)};
    out.view = out.view.with_axis(axis, repeated_axis(wanted[i]));
  }
  return {out};
}

std::vector<Value> lower_tile(const NodeCall& call, NetworkBuilder& /*net*/) {
  Feature out = call.feature(0);
  const std::vector<std::int64_t> repeats = call.known_integers(1);
  if (repeats.size() != out.view.rank()) throw Refusal{"its repeats are not one number an axis"};
  for (std::size_t i = 0; i < repeats.size(); ++i) {
    if (repeats[i] < 1 || repeats[i] > (1 << 20))
      throw Refusal{"repeats " + std::to_string(repeats[i]) + " times"};
    ViewAxis axis = repeated_axis(repeats[i]);
    axis.insert(axis.end(), out.view.axis(i).begin(), out.view.axis(i).end());
    out.view = out.view.with_axis(i, std::move(axis));
  }
  return {out};
}

bool is_whole(const Feature& feature, std::size_t i, MapAxis place) {
  return feature.view.is_whole(i, place, feature.shape);
}

/// Where a slice begins or ends, counted from the first place: at the number `at` of input `slot`.
SizeOrigin slice_place(const NodeCall& call, std::size_t slot, const char* name, std::size_t i,
                       const Feature& in, const SizeOrigin& own, bool columns) {
  const std::int64_t at = (*call.list(name, slot))[i], size = columns ? in.shape.width : in.shape.height;
  SizeOrigin origin = call.has(slot) ? origin_of(call.known(slot), i) : SizeOrigin{};
  if (origin.kind == SizeOrigin::Kind::literal) origin = at >= size ? own : literal_size(at);
  return at < 0 ? sum_of(own, origin, 1) : origin;
}

bool depends_on_sizes(const NodeCall& call, std::size_t slot, std::size_t i) {
  return call.has(slot) && origin_of(call.known(slot), i).kind != SizeOrigin::Kind::literal;
}

/// The map that has just so many rows or columns as a slice between literal places keeps.
std::optional<NodeId> map_of_size(const NodeCall& call, std::size_t i, const Feature& in,
                                  const AxisSlice& slice, bool columns, NetworkBuilder& net) {
  const std::int64_t size = columns ? in.shape.width : in.shape.height, end = (*call.list("ends", 2))[i];
  if (end < 1 || end >= size || slice.count < 2) return std::nullopt;
  const auto found =
      net.find_map([&](const Shape& shape) { return (columns ? shape.width : shape.height) == slice.count; });
  if (found)
    net.note("a map is cut to " + std::to_string(slice.count) + (columns ? " columns" : " rows") +
             ", taken to be as many as " + net.graph().nodes[*found].name + " has");
  return found;
}

/// The map cut to the rows or columns of another: of the one from whose size the slice's places are computed,
/// or, where they are literal, of one that has just so many.
std::optional<Feature> cut_to_map(const NodeCall& call, std::size_t i, const Feature& in,
                                  const AxisSlice& slice, NetworkBuilder& net) {
  const bool columns = is_whole(in, slice.axis, MapAxis::column);
  if (slice.step != 1 || (!columns && !is_whole(in, slice.axis, MapAxis::row))) return std::nullopt;
  std::optional<PlacedLike> to;
  const bool computed = depends_on_sizes(call, 1, i) || depends_on_sizes(call, 2, i);
  if (computed) {
    const NodeId first = net.first_of_size(in.node, columns);
    const SizeOrigin own = size_of_map(first, columns);
    to = cut_target(slice_place(call, 1, "starts", i, in, own, columns),
                    slice_place(call, 2, "ends", i, in, own, columns), first, columns);
  } else if (const auto like = map_of_size(call, i, in, slice, columns, net)) {
    to = PlacedLike{.like = *like, .before = PlacesBefore::none, .more = -slice.begin};
  }
  std::optional<Feature> out = to ? cut_like(in, columns, *to, net) : std::nullopt;
  if (!out) {
    if (computed) net.note("a cut that is computed from sizes is taken as it is on the window");
    return std::nullopt;
  }
  ViewAxis axis;
  if (slice.count > 1)
    axis = {{.axis = columns ? MapAxis::column : MapAxis::row, .size = slice.count, .stride = 1}};
  out->view = in.view.with_axis(slice.axis, std::move(axis));
  return out;
}

/// Rows or columns cut off both ends, or every step-th of them.
Feature crop(const Feature& in, const AxisSlice& slice, NetworkBuilder& net) {
  const bool rows = is_whole(in, slice.axis, MapAxis::row);
  if (!rows && !is_whole(in, slice.axis, MapAxis::column))
    throw Refusal{"cuts axis " + std::to_string(slice.axis) + ", which mixes channels and places"};
  if (slice.step < 1 || slice.step > (1 << 20))
    throw Refusal{"takes rows or columns in steps of " + std::to_string(slice.step) +
                  ", supported are steps of 1 and more there"};
  if (slice.count < 1) throw Refusal{"keeps no row or column"};
  const std::int64_t size = rows ? in.shape.height : in.shape.width;
  // What a last, incomplete step leaves is no cut: on another picture it may be complete.
  const std::int64_t end = slice.begin + slice.count * slice.step;
  const int before = static_cast<int>(-slice.begin),
            after = static_cast<int>(std::min<std::int64_t>(end - size, 0));
  Feature out = in;
  if (before != 0 || after != 0) {
    const Padding pad = rows ? Padding{before, 0, after, 0} : Padding{0, before, 0, after};
    out = net.append(Pad{.mode = PadMode::constant, .pad = pad, .value = 0}, {in.node});
  }
  if (slice.step != 1) {
    const int step = static_cast<int>(slice.step);
    out = net.append(AveragePool{.kernel = {}, .stride = rows ? Extent{step, 1} : Extent{1, step}, .pad = {}},
                     {out.node});
  }
  ViewAxis axis;
  if (slice.count > 1)
    axis = {{.axis = rows ? MapAxis::row : MapAxis::column, .size = slice.count, .stride = 1}};
  out.view = in.view.with_axis(slice.axis, std::move(axis));
  return out;
}

/// What a slice keeps of one axis, whatever that runs over.
Feature sliced(const Feature& in, const AxisSlice& slice, NetworkBuilder& net) {
  const ViewAxis& axis = in.view.axis(slice.axis);
  if (slice.begin == 0 && slice.step == 1 && slice.count == axis_size(axis)) return in;
  if (axis.size() == 1 && axis[0].axis == MapAxis::none && slice.count > 0) {
    Feature out = in;
    out.view = in.view.with_axis(slice.axis, repeated_axis(slice.count));
    return out;
  }
  if (!in.view.only_channels(slice.axis)) return crop(in, slice, net);
  std::vector<std::int64_t> indices;
  for (std::int64_t i = 0; i < slice.count; ++i) indices.push_back(slice.begin + i * slice.step);
  return select(in, slice.axis, indices, net);
}

std::vector<Value> lower_slice(const NodeCall& call, NetworkBuilder& net) {
  Feature out = call.feature(0);
  const std::vector<AxisSlice> slices = slices_of(call);
  for (std::size_t i = 0; i < slices.size(); ++i) {
    const auto cut = cut_to_map(call, i, out, slices[i], net);
    out = cut ? *cut : sliced(out, slices[i], net);
  }
  return {out};
}

std::vector<Value> lower_split(const NodeCall& call, NetworkBuilder& net) {
  const SplitParts parts = split_of(call);
  std::vector<Value> outputs;
  std::int64_t begin = 0;
  for (const std::int64_t size : parts.sizes) {
    outputs.emplace_back(
        sliced(call.feature(0), {.axis = parts.axis, .begin = begin, .step = 1, .count = size}, net));
    begin += size;
  }
  return outputs;
}

std::vector<Value> lower_gather(const NodeCall& call, NetworkBuilder& net) {
  const GatherIndices gather = gather_of(call);
  Feature out = select(call.feature(0), gather.axis, gather.indices, net);
  Dims dims = out.view.dims();  // the indices' own dimensions take the axis's place
  const auto at = dims.erase(dims.begin() + static_cast<std::ptrdiff_t>(gather.axis));
  dims.insert(at, gather.dims.begin(), gather.dims.end());
  return {reshaped(out, dims)};
}

/// The dimensions in between and the order of axes by which a shuffle of channels and places is spelled.
Feature shuffled(const Feature& in, const Dims& between, std::initializer_list<std::size_t> order,
                 const Dims& dims, NetworkBuilder& net) {
  Feature out = reshaped(in, between);
  out.view = out.view.transposed({order.begin(), order.size()});
  return as_map(reshaped(out, dims), net);
}

std::int64_t read_block(const NodeCall& call, const Dims& dims) {
  if (dims.size() != 4) throw Refusal{"its input has " + std::to_string(dims.size()) + " axes, expected 4"};
  return checked_int(call.integer("blocksize", 0), "attribute blocksize", 1, 1 << 10);
}

std::vector<Value> lower_space_to_depth(const NodeCall& call, NetworkBuilder& net) {
  const Feature in = as_map(call.feature(0), net);
  const Dims d = in.view.dims();
  const std::int64_t b = read_block(call, d);
  if (d[2] % b != 0 || d[3] % b != 0) throw Refusal{"its block does not divide the rows and columns"};
  return {shuffled(in, {d[0], d[1], d[2] / b, b, d[3] / b, b}, {0, 3, 5, 1, 2, 4},
                   {d[0], d[1] * b * b, d[2] / b, d[3] / b}, net)};
}

constexpr LoweringRule kShapesRules[] = {
    {"Expand", lower_expand},       {"Flatten", lower_reshape},  {"Gather", lower_gather},
    {"Reshape", lower_reshape},     {"Slice", lower_slice},      {"SpaceToDepth", lower_space_to_depth},
    {"Split", lower_split},         {"Squeeze", lower_reshape},  {"Tile", lower_tile},
    {"Transpose", lower_transpose}, {"Unsqueeze", lower_reshape}};

}  // namespace

std::span<const LoweringRule> shape_rules() {
  return kShapesRules;
}

}  // namespace fcn::tools

// SPDX-License-Identifier: MIT
// Reshapes and transposes, which only change how a map is seen; selections of channels, concatenation.
#include <cstddef>
#include <numeric>
#include <optional>
#include <utility>

#include "tools/import/onnx/lowering.hpp"
#include "tools/import/onnx/shape_rules.hpp"

namespace fcn::tools {
namespace {

std::vector<Value> lower_reshape(const NodeCall& call, NetworkBuilder& /*net*/) {
  Feature out = call.feature(0);
  const Dims dims = reshaped_dims(call);
  auto view = out.view.reshaped(dims);
  if (!view)
    throw Refusal{"reshapes " + dims_text(out.view.dims()) + " to " + dims_text(dims) +
                  ", which cuts an axis unevenly"};
  out.view = *std::move(view);
  return {out};
}

std::vector<Value> lower_transpose(const NodeCall& call, NetworkBuilder& /*net*/) {
  Feature out = call.feature(0);
  out.view = out.view.transposed(transpose_order(call));
  return {out};
}

std::vector<Value> lower_expand(const NodeCall& call, NetworkBuilder& /*net*/) {
  const Feature& in = call.feature(0);
  const Dims dims = in.view.dims();
  const std::vector<std::int64_t> wanted = call.known_integers(1);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const std::int64_t own = i < dims.size() ? dims[dims.size() - 1 - i] : 1;
    const std::int64_t other = wanted[wanted.size() - 1 - i];
    if (other != 1 && other != own)
      throw Refusal{"repeats a feature map from " + dims_text(dims) + " to " + dims_text(wanted)};
  }
  Feature out = in;
  if (wanted.size() > dims.size()) {
    Dims widened(wanted.size() - dims.size(), 1);
    widened.insert(widened.end(), dims.begin(), dims.end());
    out.view = *in.view.reshaped(widened);
  }
  return {out};
}

/// Whether axis i of the view is all of the map's rows, or all of its columns.
bool is_whole(const Feature& feature, std::size_t i, MapAxis place) {
  const ViewAxis& axis = feature.view.axis(i);
  const int size = place == MapAxis::row ? feature.shape.height : feature.shape.width;
  return axis.size() == 1 && axis[0].axis == place && axis[0].size == size;
}

/// Rows or columns cut off both ends.
Feature crop(const Feature& in, const AxisSlice& slice, NetworkBuilder& net) {
  const bool rows = is_whole(in, slice.axis, MapAxis::row);
  if (!rows && !is_whole(in, slice.axis, MapAxis::column))
    throw Refusal{"cuts axis " + std::to_string(slice.axis) + ", which mixes channels and places"};
  if (slice.step != 1) throw Refusal{"takes every other row or column, supported are steps of 1 there"};
  if (slice.count < 1) throw Refusal{"keeps no row or column"};
  const std::int64_t size = rows ? in.shape.height : in.shape.width;
  const int before = static_cast<int>(-slice.begin);
  const int after = static_cast<int>(slice.begin + slice.count - size);
  const Padding pad = rows ? Padding{before, 0, after, 0} : Padding{0, before, 0, after};
  Feature out = net.append(Pad{.mode = PadMode::constant, .pad = pad, .value = 0}, {in.node});
  ViewAxis axis;
  if (slice.count > 1)
    axis = {{.axis = rows ? MapAxis::row : MapAxis::column, .size = slice.count, .stride = 1}};
  out.view = in.view.with_axis(slice.axis, std::move(axis));
  return out;
}

std::vector<Value> lower_slice(const NodeCall& call, NetworkBuilder& net) {
  Feature out = call.feature(0);
  for (const AxisSlice& slice : slices_of(call)) {
    if (slice.begin == 0 && slice.step == 1 && slice.count == axis_size(out.view.axis(slice.axis))) continue;
    if (!out.view.only_channels(slice.axis)) {
      out = crop(out, slice, net);
      continue;
    }
    std::vector<std::int64_t> indices;
    for (std::int64_t i = 0; i < slice.count; ++i) indices.push_back(slice.begin + i * slice.step);
    out = select(out, slice.axis, indices, net);
  }
  return {out};
}

std::vector<Value> lower_split(const NodeCall& call, NetworkBuilder& net) {
  const SplitParts parts = split_of(call);
  std::vector<Value> outputs;
  std::int64_t begin = 0;
  for (const std::int64_t size : parts.sizes) {
    std::vector<std::int64_t> indices(static_cast<std::size_t>(size));
    std::iota(indices.begin(), indices.end(), begin);
    outputs.emplace_back(select(call.feature(0), parts.axis, indices, net));
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
  out.view = *out.view.reshaped(dims);
  return {out};
}

/// An input of a Concat with its channels in the order of the axis that is joined.
Feature concat_part(const NodeCall& call, std::size_t i, std::size_t axis, NetworkBuilder& net) {
  const Feature& in = call.feature(i);
  if (in.view.rank() <= axis) throw Refusal{"its inputs differ in rank"};
  std::vector<std::int64_t> all(static_cast<std::size_t>(axis_size(in.view.axis(axis))));
  std::iota(all.begin(), all.end(), std::int64_t{0});
  Feature part = select(in, axis, all, net);
  if (axis_size(part.view.axis(axis)) != part.shape.channels)
    throw Refusal{"joins along axis " + std::to_string(axis) + ", which does not run over all channels"};
  return part;
}

std::vector<Value> lower_concat(const NodeCall& call, NetworkBuilder& net) {
  const std::size_t rank = dims_of(call.input(0)).size();
  const std::size_t axis = normal_axis(call.integer("axis", 1), rank);
  std::vector<NodeId> nodes;
  std::optional<TensorView> view;
  for (std::size_t i = 0; i < call.input_count(); ++i) {
    const Feature part = concat_part(call, i, axis, net);
    TensorView rest = part.view.with_axis(axis, {});
    if (view && *view != rest) throw Refusal{"its inputs differ beside the axis that is joined"};
    view = std::move(rest);
    nodes.push_back(part.node);
  }
  Feature out = net.append(Concat{}, std::move(nodes));
  ViewAxis channels;
  if (out.shape.channels > 1)
    channels = {{.axis = MapAxis::channel, .size = out.shape.channels, .stride = 1}};
  out.view = view->with_axis(axis, std::move(channels));
  return {out};
}

constexpr LoweringRule kRules[] = {{"Concat", lower_concat},       {"Expand", lower_expand},
                                   {"Flatten", lower_reshape},     {"Gather", lower_gather},
                                   {"Reshape", lower_reshape},     {"Slice", lower_slice},
                                   {"Split", lower_split},         {"Squeeze", lower_reshape},
                                   {"Transpose", lower_transpose}, {"Unsqueeze", lower_reshape}};

}  // namespace

std::span<const LoweringRule> shape_rules() {
  return kRules;
}

}  // namespace fcn::tools

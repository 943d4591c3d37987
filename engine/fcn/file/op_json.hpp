// SPDX-License-Identifier: MIT
// An op's attributes <-> JSON: one writer and one reader for each op of ops.hpp. Every attribute that can
// mean something is written and required. Not here: nodes and graphs (graph_json.hpp).
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "fcn/file/json_fields.hpp"
#include "fcn/graph/graph.hpp"
#include "fcn/graph/validate_graph.hpp"
#include "fcn/limits.hpp"
#include "fcn/result.hpp"

namespace fcn::inline FCN_ABI {

namespace detail {

inline OrderedJson to_json(Extent extent) {
  return OrderedJson::array({extent.y, extent.x});
}
inline OrderedJson to_json(const Padding& pad) {
  return OrderedJson::array({pad.top, pad.left, pad.bottom, pad.right});
}
template <class Kind>
requires std::is_enum_v<Kind> OrderedJson to_json(Kind kind) {
  return std::string(kind_name(kind));
}

/// Adds an op's attributes to its node's object.
struct OpWriter {
  OrderedJson& node;

  void operator()(const Input& op) const { node["channels"] = op.channels; }
  void operator()(const Conv& op) const {
    node["in_channels"] = op.in_channels;
    node["out_channels"] = op.out_channels;
    node["kernel"] = to_json(op.kernel);
    node["stride"] = to_json(op.stride);
    node["dilation"] = to_json(op.dilation);
    node["pad"] = to_json(op.pad);
    node["groups"] = op.groups;
    node["residual"] = op.residual;
    if (op.relu && std::isfinite(op.ceiling))
      node["relu"] = json_number(op.ceiling);
    else
      node["relu"] = op.relu;
  }
  void operator()(const BatchNorm& op) const {
    node["channels"] = op.channels;
    node["epsilon"] = op.epsilon;
    node["relu"] = op.relu;
  }
  void operator()(const MaxPool& op) const {
    node["kernel"] = to_json(op.kernel);
    node["stride"] = to_json(op.stride);
    node["dilation"] = to_json(op.dilation);
    node["pad"] = to_json(op.pad);
    node["ceil_mode"] = op.ceil_mode;
  }
  void operator()(const AveragePool& op) const {
    node["kernel"] = to_json(op.kernel);
    node["stride"] = to_json(op.stride);
    node["pad"] = to_json(op.pad);
    node["ceil_mode"] = op.ceil_mode;
    node["count_include_pad"] = op.count_include_pad;
  }
  void operator()(const Add& op) const { node["relu"] = op.relu; }
  void operator()(const Linear& op) const {
    node["in_features"] = op.in_features;
    node["out_features"] = op.out_features;
  }
  void operator()(const Activation& op) const {
    node["kind"] = to_json(op.kind);
    node["alpha"] = json_number(op.alpha);
    node["beta"] = json_number(op.beta);
  }
  void operator()(const PRelu& op) const { node["channels"] = op.channels; }
  void operator()(const Arithmetic& op) const { node["kind"] = to_json(op.kind); }
  void operator()(const SelectChannels& op) const { node["channels"] = op.channels; }
  void operator()(const Pad& op) const {
    node["mode"] = to_json(op.mode);
    node["pad"] = to_json(op.pad);
    node["value"] = json_number(op.value);
  }
  void operator()(const InsertZeros& op) const { node["stride"] = to_json(op.stride); }
  void operator()(const DepthToSpace& op) const { node["block"] = to_json(op.block); }
  void operator()(const Resize& op) const {
    node["mode"] = to_json(op.mode);
    node["coordinates"] = to_json(op.coordinates);
    node["rounding"] = to_json(op.rounding);
    node["up"] = to_json(op.up);
    node["down"] = to_json(op.down);
    if (op.mode == ResizeMode::cubic) node["cubic_a"] = json_number(op.cubic_a);
  }
  void operator()(const ResizeTo& op) const {
    node["mode"] = to_json(op.mode);
    node["coordinates"] = to_json(op.coordinates);
    node["rounding"] = to_json(op.rounding);
    if (op.mode == ResizeMode::cubic) node["cubic_a"] = json_number(op.cubic_a);
  }
  void operator()(const CropTo& op) const {
    node["axes"] = to_json(op.axes);
    node["from"] = OrderedJson::array({op.top, op.left});
  }
  void operator()(const CenterTo& op) const {
    node["axes"] = to_json(op.axes);
    node["before"] = to_json(op.before);
    node["only_cut"] = op.only_cut;
  }
  void operator()(const MaxPoolIndices& op) const {
    node["kernel"] = to_json(op.kernel);
    node["stride"] = to_json(op.stride);
    node["pad"] = to_json(op.pad);
    node["ceil_mode"] = op.ceil_mode;
  }
  void operator()(const MaxUnpool& op) const {
    node["kernel"] = to_json(op.kernel);
    node["stride"] = to_json(op.stride);
    node["pad"] = to_json(op.pad);
  }
  void operator()(const LocalResponseNorm& op) const {
    node["size"] = op.size;
    node["alpha"] = json_number(op.alpha);
    node["beta"] = json_number(op.beta);
    node["bias"] = json_number(op.bias);
  }
  void operator()(const ReduceChannels& op) const { node["kind"] = to_json(op.kind); }
  void operator()(const ChannelNorm& op) const {
    node["channels"] = op.channels;
    node["epsilon"] = op.epsilon;
    node["center"] = op.center;
  }
  void operator()(const Constant& op) const {
    node["shape"] = OrderedJson::array({op.shape.channels, op.shape.height, op.shape.width});
  }
  /// Ops without attributes.
  template <class PlainOp>
  requires std::is_empty_v<PlainOp>
  void operator()(const PlainOp&) const {}
};

inline Extent read_extent(JsonFields& fields, const char* key, const Limits& limits) {
  const std::vector<int> values = fields.integers(key, 2, 1, limits.max_extent);
  if (values.size() == 2) return {values[0], values[1]};
  fields.fail({ErrorCode::malformed, "expected [y, x]", std::string("field ") + key});
  return {};
}

inline Padding read_padding(JsonFields& fields, int low, int high) {
  const std::vector<int> values = fields.integers("pad", 4, low, high);
  if (values.size() == 4) return {values[0], values[1], values[2], values[3]};
  fields.fail({ErrorCode::malformed, "expected [top, left, bottom, right]", "field pad"});
  return {};
}

inline float read_float(JsonFields& fields, const char* key) {
  if (const auto value = nearest_float(fields.number(key))) return *value;
  fields.fail({ErrorCode::malformed, "is beyond a float", std::string("field ") + key});
  return 0;
}

/// true, false, or the ceiling.
inline void read_relu(JsonFields& fields, Conv& op) {
  const JsonView relu = fields.member("relu");
  op.relu = !relu.value().is_boolean() || fields.keep(relu.boolean());
  if (relu.value().is_boolean()) return;
  op.ceiling = static_cast<float>(fields.keep(relu.number()));
  if (!std::isfinite(op.ceiling)) fields.fail(relu.error("is beyond a float"));
}

template <class Kind>
Kind read_kind(JsonFields& fields, const char* key) {
  const std::string name = fields.string(key);
  const auto& names = kind_names<Kind>;
  const auto found = std::find(names.begin(), names.end(), name);
  if (found != names.end()) return static_cast<Kind>(found - names.begin());
  std::string known;
  for (const std::string_view each : names) known += (known.empty() ? "" : ", ") + std::string(each);
  fields.fail({ErrorCode::unsupported, "\"" + name + "\" is none of " + known, std::string("field ") + key});
  return {};
}

/// Reads an op's attributes into a default-made op.
struct OpReader {
  JsonFields& fields;
  const Limits& limits;

  [[nodiscard]] int count(const char* key) const { return fields.integer(key, 1, kMaxChannels); }

  void operator()(Input& op) const { op.channels = count("channels"); }
  void operator()(Conv& op) const {
    op.in_channels = count("in_channels");
    op.out_channels = count("out_channels");
    op.kernel = read_extent(fields, "kernel", limits);
    op.stride = read_extent(fields, "stride", limits);
    op.dilation = read_extent(fields, "dilation", limits);
    op.pad = read_padding(fields, 0, limits.max_extent);
    op.groups = count("groups");
    op.residual = fields.boolean("residual");
    read_relu(fields, op);
  }
  void operator()(BatchNorm& op) const {
    op.channels = count("channels");
    op.epsilon = fields.number("epsilon");
    op.relu = fields.boolean("relu");
  }
  void operator()(MaxPool& op) const {
    op.kernel = read_extent(fields, "kernel", limits);
    op.stride = read_extent(fields, "stride", limits);
    op.dilation = read_extent(fields, "dilation", limits);
    op.pad = read_padding(fields, 0, limits.max_extent);
    op.ceil_mode = fields.boolean("ceil_mode");
  }
  void operator()(AveragePool& op) const {
    op.kernel = read_extent(fields, "kernel", limits);
    op.stride = read_extent(fields, "stride", limits);
    op.pad = read_padding(fields, 0, limits.max_extent);
    op.ceil_mode = fields.boolean("ceil_mode");
    op.count_include_pad = fields.boolean("count_include_pad");
  }
  void operator()(Add& op) const { op.relu = fields.boolean("relu"); }
  void operator()(Linear& op) const {
    op.in_features = count("in_features");
    op.out_features = count("out_features");
  }
  void operator()(Activation& op) const {
    op.kind = read_kind<ActivationKind>(fields, "kind");
    op.alpha = read_float(fields, "alpha");
    op.beta = read_float(fields, "beta");
  }
  void operator()(PRelu& op) const { op.channels = count("channels"); }
  void operator()(Arithmetic& op) const { op.kind = read_kind<ArithmeticKind>(fields, "kind"); }
  void operator()(SelectChannels& op) const {
    op.channels = fields.integers("channels", kMaxChannels, 0, kMaxChannels);
  }
  void operator()(Pad& op) const {
    op.mode = read_kind<PadMode>(fields, "mode");
    op.pad = read_padding(fields, -limits.max_extent, limits.max_extent);
    op.value = read_float(fields, "value");
  }
  void operator()(InsertZeros& op) const { op.stride = read_extent(fields, "stride", limits); }
  void operator()(DepthToSpace& op) const { op.block = read_extent(fields, "block", limits); }
  void operator()(Resize& op) const {
    op.mode = read_kind<ResizeMode>(fields, "mode");
    op.coordinates = read_kind<ResizeCoordinates>(fields, "coordinates");
    op.rounding = read_kind<ResizeRounding>(fields, "rounding");
    op.up = read_extent(fields, "up", limits);
    op.down = read_extent(fields, "down", limits);
    if (op.mode == ResizeMode::cubic) op.cubic_a = read_float(fields, "cubic_a");
  }
  void operator()(ResizeTo& op) const {
    op.mode = read_kind<ResizeMode>(fields, "mode");
    op.coordinates = read_kind<ResizeCoordinates>(fields, "coordinates");
    op.rounding = read_kind<ResizeRounding>(fields, "rounding");
    if (op.mode == ResizeMode::cubic) op.cubic_a = read_float(fields, "cubic_a");
  }
  void operator()(CropTo& op) const {
    op.axes = read_kind<CropAxes>(fields, "axes");
    const std::vector<int> from = fields.integers("from", 2, 0, limits.max_extent);
    if (from.size() != 2) return fields.fail({ErrorCode::malformed, "expected [y, x]", "field from"});
    op.top = from[0];
    op.left = from[1];
  }
  void operator()(CenterTo& op) const {
    op.axes = read_kind<CropAxes>(fields, "axes");
    op.before = read_kind<PlacesBefore>(fields, "before");
    op.only_cut = fields.boolean("only_cut");
  }
  void operator()(MaxPoolIndices& op) const {
    op.kernel = read_extent(fields, "kernel", limits);
    op.stride = read_extent(fields, "stride", limits);
    op.pad = read_padding(fields, 0, limits.max_extent);
    op.ceil_mode = fields.boolean("ceil_mode");
  }
  void operator()(MaxUnpool& op) const {
    op.kernel = read_extent(fields, "kernel", limits);
    op.stride = read_extent(fields, "stride", limits);
    op.pad = read_padding(fields, 0, limits.max_extent);
  }
  void operator()(LocalResponseNorm& op) const {
    op.size = count("size");
    op.alpha = read_float(fields, "alpha");
    op.beta = read_float(fields, "beta");
    op.bias = read_float(fields, "bias");
  }
  void operator()(ReduceChannels& op) const { op.kind = read_kind<ReductionKind>(fields, "kind"); }
  void operator()(ChannelNorm& op) const {
    op.channels = count("channels");
    op.epsilon = fields.number("epsilon");
    op.center = fields.boolean("center");
  }
  void operator()(Constant& op) const {
    const std::vector<int> shape = fields.integers("shape", 3, 1, kMaxChannels);
    if (shape.size() == 3)
      op.shape = {shape[0], shape[1], shape[2]};
    else
      fields.fail({ErrorCode::malformed, "expected [channels, height, width]", "field shape"});
  }
  /// Ops without attributes.
  template <class PlainOp>
  requires std::is_empty_v<PlainOp>
  void operator()(PlainOp&) const {}
};

}  // namespace detail

}  // namespace fcn::inline FCN_ABI

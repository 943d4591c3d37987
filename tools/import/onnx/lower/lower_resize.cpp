// SPDX-License-Identifier: MIT
// Resampling: Resize in all its versions, and Upsample before it.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <optional>
#include <string>
#include <utility>

#include "tools/import/onnx/lower/lowering.hpp"
#include "tools/import/onnx/size_origin.hpp"

namespace fcn::tools {
namespace {

/// A scale as a fraction of small numbers, the nearest float to it.
std::pair<int, int> as_fraction(float scale) {
  constexpr int kMost = 4096;
  for (int down = 1; down <= kMost && scale > 0; ++down) {
    const double up = std::round(static_cast<double>(scale) * down);
    if (up < 1 || up > kMost) continue;
    if (static_cast<float>(up / down) == scale) return {static_cast<int>(up), down};
  }
  throw Refusal{"scales by " + std::to_string(scale) + ", supported are fractions of numbers up to " +
                std::to_string(kMost)};
}

/// What a list of one number an axis, or an axis named in `axes`, says of rows and columns; it must be `rest`
/// of the others.
template <class T>
std::pair<T, T> of_places(const NodeCall& call, const std::vector<T>& list, const std::vector<T>& rest) {
  std::vector<T> all = rest;
  if (call.has_attribute("axes")) {
    const std::vector<std::int64_t> axes = call.integers("axes");
    if (axes.size() != list.size()) throw Refusal{"its axes and sizes differ in number"};
    normal_axes(axes, 4);
    for (std::size_t i = 0; i < axes.size(); ++i) all[normal_axis(axes[i], 4)] = list[i];
  } else if (list.size() == 4) {
    all = list;
  } else {
    throw Refusal{"has " + std::to_string(list.size()) + " scales or sizes, expected 4"};
  }
  if (all[0] != rest[0] || all[1] != rest[1])
    throw Refusal{"resizes images or channels, supported are rows and columns"};
  return {all[2], all[3]};
}

/// Scales of rows and columns: given as such, or by the size on the training window.
void read_scales(const NodeCall& call, const Feature& in, std::size_t scales_at, Resize& resize) {
  const auto reduced = [](std::int64_t out, int size) {
    const int up = checked_int(out, "its output size", 1, 1 << 20);
    const int common = std::gcd(up, size);
    return std::pair(up / common, size / common);
  };
  std::pair<int, int> rows, columns;
  std::vector<float> scales = call.reals("scales");
  if (scales.empty() && call.has(scales_at)) scales = call.known_reals(scales_at);
  if (!scales.empty()) {
    const auto [y, x] = of_places(call, scales, {1, 1, 1, 1});
    rows = as_fraction(y);
    columns = as_fraction(x);
  } else {
    const std::vector<std::int64_t> own = in.view.dims();
    const auto [y, x] = of_places(call, call.known_integers(3), own);
    rows = reduced(y, in.shape.height);
    columns = reduced(x, in.shape.width);
    const std::string policy = call.text("keep_aspect_ratio_policy", "stretch");
    if (policy != "stretch" && rows != columns)
      throw Refusal{"attribute keep_aspect_ratio_policy is \"" + policy +
                    "\" and the sizes change the ratio, supported is stretch"};
  }
  resize.up = {rows.first, columns.first};
  resize.down = {rows.second, columns.second};
}

/// At which values of a list of sizes rows and columns are.
std::pair<std::size_t, std::size_t> places_at(const NodeCall& call) {
  const std::vector<std::int64_t> axes = call.integers("axes");
  std::pair<std::size_t, std::size_t> at{2, 3};
  for (std::size_t i = 0; i < axes.size(); ++i) {
    if (normal_axis(axes[i], 4) == 2) at.first = i;
    if (normal_axis(axes[i], 4) == 3) at.second = i;
  }
  return at;
}

/// The map to whose size a resize leads, if sizes are what it is given: the one they were read from, or, of
/// literal ones, one that is so large on the training window.
std::optional<NodeId> size_source(const NodeCall& call, const Feature& in, NetworkBuilder& net) {
  if (call.opset() < 11 || !call.reals("scales").empty() || !call.has(3) ||
      (call.has(2) && call.known(2).size() != 0))
    return std::nullopt;
  const KnownTensor& sizes = call.known(3);
  const auto [rows, columns] = places_at(call);
  const auto by_rows = map_behind(sizes, rows, false, 0), by_columns = map_behind(sizes, columns, true, 0);
  if (by_rows && by_columns) return net.find_map_of_sizes(*by_rows, *by_columns);
  if (origin_of(sizes, rows).kind != SizeOrigin::Kind::literal ||
      origin_of(sizes, columns).kind != SizeOrigin::Kind::literal)
    return std::nullopt;
  const std::vector<std::int64_t> all = call.known_integers(3);
  if (std::max(rows, columns) >= all.size()) return std::nullopt;
  if (all[rows] == in.shape.height && all[columns] == in.shape.width) {
    net.note("a resize that changes nothing on " + std::to_string(all[columns]) + "x" +
             std::to_string(all[rows]) +
             " is left out; export with free height and width to keep it on other sizes");
    return std::nullopt;
  }
  const auto found = net.find_map([height = all[rows], width = all[columns]](const Shape& shape) {
    return shape.height == height && shape.width == width;
  });
  if (found)
    net.note("a map is resized to " + std::to_string(all[columns]) + "x" + std::to_string(all[rows]) +
             ", taken to be the size of " + net.graph().nodes[*found].name);
  return found;
}

ResizeRounding nearest_rounding(const std::string& mode) {
  for (std::size_t i = 0; i < kind_names<ResizeRounding>.size(); ++i)
    if (kind_name(static_cast<ResizeRounding>(i)) == mode) return static_cast<ResizeRounding>(i);
  throw Refusal{"attribute nearest_mode is \"" + mode + "\""};
}

void read_coordinates(const NodeCall& call, Resize& resize) {
  const std::string mode = call.text("coordinate_transformation_mode", "half_pixel");
  const std::string rounding = call.text("nearest_mode", "round_prefer_floor");
  resize.rounding = nearest_rounding(rounding);
  if (mode == "tf_half_pixel_for_nn" && resize.mode == ResizeMode::nearest &&
      (rounding == "round_prefer_floor" || rounding == "floor")) {
    // Its places lie half a pixel further on, which another rounding makes up for.
    resize.rounding = rounding == "floor" ? ResizeRounding::round_prefer_ceil : ResizeRounding::ceil;
    return;
  }
  // Half a pixel as always where the output's size is the scale's exact product, which whole scales give.
  if (mode == "half_pixel_symmetric" && resize.down == Extent{1, 1}) return;
  for (std::size_t i = 0; i < kind_names<ResizeCoordinates>.size(); ++i)
    if (kind_name(static_cast<ResizeCoordinates>(i)) == mode) {
      resize.coordinates = static_cast<ResizeCoordinates>(i);
      return;
    }
  throw Refusal{"attribute coordinate_transformation_mode is \"" + mode +
                "\", supported are half_pixel, pytorch_half_pixel, asymmetric and align_corners"};
}

ResizeMode resize_mode(const NodeCall& call) {
  const std::string mode = call.text("mode", "nearest");
  if (mode == "nearest") return ResizeMode::nearest;
  if (mode == "linear" || mode == "bilinear") return ResizeMode::linear;
  if (mode == "cubic") return ResizeMode::cubic;
  throw Refusal{"attribute mode is \"" + mode + "\", supported are nearest, linear and cubic"};
}

/// Whether the node makes more places of a map that has but one, whatever the picture: it repeats it.
bool spreads_pooled(const Feature& in, const NetworkBuilder& net) {
  return net.is_pooled(in.node) && in.shape.height == 1 && in.shape.width == 1;
}

Feature resized(const Feature& in, const Resize& resize, NetworkBuilder& net) {
  if (!spreads_pooled(in, net)) {
    if (resize.up == resize.down) return in;
    return net.append(resize, {in.node});
  }
  if (resize.down != Extent{1, 1}) throw Refusal{"shrinks a map of one place"};
  Feature out = in;
  const auto repeat = [&](std::size_t axis, int size) {
    if (size > 1) out.view = out.view.with_axis(axis, {{.axis = MapAxis::none, .size = size, .stride = 1}});
  };
  repeat(2, resize.up.y);
  repeat(3, resize.up.x);
  return out;
}

/// What shrinks with an antialiasing filter differs from what a resize without does.
void check_filter(const NodeCall& call, const Resize& resize) {
  const bool shrinks = resize.up.y < resize.down.y || resize.up.x < resize.down.x;
  if (call.integer("antialias", 0) != 0 && shrinks && resize.mode != ResizeMode::nearest)
    throw Refusal{"attribute antialias is 1 and the map shrinks, supported is 0"};
  if (call.integer("exclude_outside", 0) != 0 && resize.mode == ResizeMode::cubic)
    throw Refusal{"attribute exclude_outside is 1, supported is 0"};
}

std::vector<Value> lower_resize(const NodeCall& call, NetworkBuilder& net) {
  const Feature in = as_map(call.feature(0), net);
  Resize resize;
  resize.mode = resize_mode(call);
  if (call.opset() >= 11) {
    read_scales(call, in, 2, resize);
    read_coordinates(call, resize);
  } else {
    resize.coordinates = ResizeCoordinates::asymmetric;
    resize.rounding = ResizeRounding::floor;
    read_scales(call, in, 1, resize);
  }
  resize.cubic_a = call.real("cubic_coeff_a", -0.75f);
  check_filter(call, resize);
  const auto like = spreads_pooled(in, net) ? std::nullopt : size_source(call, in, net);
  if (!like) return {resized(in, resize, net)};
  if (net.first_of_size(*like, false) == net.first_of_size(in.node, false) &&
      net.first_of_size(*like, true) == net.first_of_size(in.node, true))
    return {in};
  return {net.append(ResizeTo{resize.mode, resize.coordinates, resize.rounding, resize.cubic_a},
                     {in.node, *like})};
}

std::vector<Value> lower_upsample(const NodeCall& call, NetworkBuilder& net) {
  const Feature in = as_map(call.feature(0), net);
  Resize resize;
  resize.mode = resize_mode(call);
  resize.coordinates = ResizeCoordinates::asymmetric;
  resize.rounding = ResizeRounding::floor;
  read_scales(call, in, 1, resize);
  return {resized(in, resize, net)};
}

constexpr LoweringRule kResizeRules[] = {{"Resize", lower_resize, {10, kNewestOpset}},
                                         {"Upsample", lower_upsample, {7, 9}}};

}  // namespace

std::span<const LoweringRule> resize_rules() {
  return kResizeRules;
}

}  // namespace fcn::tools

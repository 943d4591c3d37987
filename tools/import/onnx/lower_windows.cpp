// SPDX-License-Identifier: MIT
// What slides over a map without weights, or changes its size: pools, padding, resizing; and the response
// norm, which slides over channels.
#include <cmath>
#include <cstddef>
#include <numeric>
#include <utility>

#include "tools/import/onnx/lowering.hpp"

namespace fcn::tools {
namespace {

Extent pool_kernel(const NodeCall& call) {
  if (!call.has_attribute("kernel_shape")) throw Refusal{"attribute kernel_shape is missing"};
  return extent_attribute(call, "kernel_shape", {1, 1});
}

std::vector<Value> lower_max_pool(const NodeCall& call, NetworkBuilder& net) {
  MaxPool pool;
  pool.kernel = pool_kernel(call);
  const Feature in = as_map(call.feature(0), net);
  pool.stride = extent_attribute(call, "strides", {1, 1});
  pool.dilation = extent_attribute(call, "dilations", {1, 1});
  pool.pad = window_padding(call, in.shape, pool.kernel, pool.stride, pool.dilation);
  pool.ceil_mode = call.integer("ceil_mode", 0) != 0;
  return {net.append(pool, {in.node})};
}

std::vector<Value> lower_average_pool(const NodeCall& call, NetworkBuilder& net) {
  AveragePool pool;
  pool.kernel = pool_kernel(call);
  const Feature in = as_map(call.feature(0), net);
  pool.stride = extent_attribute(call, "strides", {1, 1});
  pool.pad = window_padding(call, in.shape, pool.kernel, pool.stride, {1, 1});
  pool.ceil_mode = call.integer("ceil_mode", 0) != 0;
  pool.count_include_pad = call.integer("count_include_pad", 0) != 0;
  // An adaptive pool whose output has its input's size on the training window.
  if (pool.kernel == Extent{1, 1} && pool.stride == Extent{1, 1} && pool.pad == Padding{}) return {in};
  return {net.append(pool, {in.node})};
}

std::vector<Value> lower_global_average_pool(const NodeCall& call, NetworkBuilder& net) {
  return {net.append(GlobalAveragePool{}, {as_map(call.feature(0), net).node})};
}

std::vector<Value> lower_global_max_pool(const NodeCall& call, NetworkBuilder& net) {
  return {net.append(GlobalMaxPool{}, {as_map(call.feature(0), net).node})};
}

PadMode pad_mode(const NodeCall& call) {
  const std::string mode = call.text("mode", "constant");
  if (mode == "constant") return PadMode::constant;
  if (mode == "edge") return PadMode::edge;
  if (mode == "reflect") return PadMode::reflect;
  throw Refusal{"attribute mode is \"" + mode + "\", supported are constant, edge and reflect"};
}

std::vector<Value> lower_pad(const NodeCall& call, NetworkBuilder& net) {
  const auto pads = call.list("pads", 1);
  const std::size_t rank = dims_of(call.input(0)).size();
  if (!pads || pads->size() != 2 * rank) throw Refusal{"its pads are not two numbers an axis"};
  bool nothing = true;
  for (const std::int64_t pad : *pads) nothing = nothing && pad == 0;
  if (nothing) return {call.feature(0)};
  const Feature in = as_map(call.feature(0), net);
  if ((*pads)[0] != 0 || (*pads)[1] != 0 || (*pads)[4] != 0 || (*pads)[5] != 0)
    throw Refusal{"pads images or channels, supported are rows and columns"};
  const auto pad = [&](std::size_t i) { return checked_int((*pads)[i], "its padding", -(1 << 20), 1 << 20); };
  Pad op{.mode = pad_mode(call), .pad = {pad(2), pad(3), pad(6), pad(7)}, .value = 0};
  if (op.mode == PadMode::constant) op.value = call.scalar("value", 2).value_or(0.0f);
  return {net.append(op, {in.node})};
}

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
    if (scales.size() != 4 || scales[0] != 1.0f || scales[1] != 1.0f)
      throw Refusal{"scales images or channels, supported are rows and columns"};
    rows = as_fraction(scales[2]);
    columns = as_fraction(scales[3]);
  } else {
    const std::vector<std::int64_t> sizes = call.known_integers(3);
    if (sizes.size() != 4 || sizes[0] != 1 || sizes[1] != in.shape.channels)
      throw Refusal{"resizes images or channels, supported are rows and columns"};
    rows = reduced(sizes[2], in.shape.height);
    columns = reduced(sizes[3], in.shape.width);
  }
  resize.up = {rows.first, columns.first};
  resize.down = {rows.second, columns.second};
}

ResizeRounding nearest_rounding(const std::string& mode) {
  for (std::size_t i = 0; i < kind_names<ResizeRounding>.size(); ++i)
    if (kind_names<ResizeRounding>[i] == mode) return static_cast<ResizeRounding>(i);
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
  for (std::size_t i = 0; i < kind_names<ResizeCoordinates>.size(); ++i)
    if (kind_names<ResizeCoordinates>[i] == mode) {
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
  throw Refusal{"attribute mode is \"" + mode + "\", supported are nearest and linear"};
}

std::vector<Value> lower_resize(const NodeCall& call, NetworkBuilder& net) {
  const Feature in = as_map(call.feature(0), net);
  Resize resize;
  resize.mode = resize_mode(call);
  if (call.opset() >= 11) {
    read_coordinates(call, resize);
    read_scales(call, in, 2, resize);
  } else {
    resize.coordinates = ResizeCoordinates::asymmetric;
    resize.rounding = ResizeRounding::floor;
    read_scales(call, in, 1, resize);
  }
  return {net.append(resize, {in.node})};
}

std::vector<Value> lower_upsample(const NodeCall& call, NetworkBuilder& net) {
  const Feature in = as_map(call.feature(0), net);
  Resize resize;
  resize.mode = resize_mode(call);
  resize.coordinates = ResizeCoordinates::asymmetric;
  resize.rounding = ResizeRounding::floor;
  read_scales(call, in, 1, resize);
  return {net.append(resize, {in.node})};
}

std::vector<Value> lower_response_norm(const NodeCall& call, NetworkBuilder& net) {
  const Feature& in = call.feature(0);
  if (in.view.rank() < 2 || !in.view.only_channels(1) || axis_size(in.view.axis(1)) != in.shape.channels)
    throw Refusal{"its axis 1 is not the channels"};
  if (in.view.axis(1).size() > 1) throw Refusal{"its channels are in another order"};
  LocalResponseNorm norm;
  norm.size = checked_int(call.integer("size", 0), "attribute size", 1, 1 << 20);
  norm.alpha = call.real("alpha", 1e-4f);
  norm.beta = call.real("beta", 0.75f);
  norm.bias = call.real("bias", 1);
  return {net.append_like(norm, in)};
}

constexpr LoweringRule kRules[] = {{"AveragePool", lower_average_pool, {7, 18}},
                                   {"GlobalAveragePool", lower_global_average_pool},
                                   {"GlobalMaxPool", lower_global_max_pool},
                                   {"LRN", lower_response_norm},
                                   {"MaxPool", lower_max_pool},
                                   {"Pad", lower_pad},
                                   {"Resize", lower_resize, {7, 17}},
                                   {"Upsample", lower_upsample, {7, 9}}};

}  // namespace

std::span<const LoweringRule> window_rules() {
  return kRules;
}

}  // namespace fcn::tools

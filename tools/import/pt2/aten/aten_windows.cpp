// SPDX-License-Identifier: MIT
// Windows without weights, and changes of a map's size: pools, padding, resizing.
#include <utility>

#include "tools/import/pt2/aten/aten_ops.hpp"

namespace fcn::tools {
namespace {

using ValueNames = std::vector<std::string>;
using Numbers = std::vector<std::int64_t>;

/// The parameters of both kinds of pools. A missing stride is the kernel's size.
OnnxAttributes pool_attributes(AtenCall& call) {
  if (call.rank("self") != 4)
    throw Refusal{"its input has " + std::to_string(call.rank("self")) + " axes, expected 4"};
  const Numbers kernel = call.extents("kernel_size", 2, 1), padding = call.extents("padding", 2, 0);
  const bool strides = call.has("stride") && !call.integers("stride").empty();
  return {{"kernel_shape", kernel},
          {"strides", strides ? call.extents("stride", 2, 1) : kernel},
          {"pads", Numbers{padding[0], padding[1], padding[0], padding[1]}},
          {"ceil_mode", std::int64_t{call.boolean("ceil_mode", false) ? 1 : 0}}};
}

ValueNames max_pool(AtenCall& call) {
  OnnxAttributes attributes = pool_attributes(call);
  attributes.emplace("dilations", call.extents("dilation", 2, 1));
  return {call.emit("MaxPool", {call.tensor("self")}, std::move(attributes))};
}

ValueNames max_pool_with_indices(AtenCall& call) {
  OnnxAttributes attributes = pool_attributes(call);
  attributes.emplace("dilations", call.extents("dilation", 2, 1));
  const bool both = call.node().outputs.size() > 1 && !call.node().outputs[1].empty();
  return call.emit_all("MaxPool", {call.tensor("self")}, std::move(attributes), both ? 2 : 1);
}

ValueNames max_unpool(AtenCall& call) {
  return {call.emit("aten::max_unpool2d",
                    {call.tensor("self"), call.tensor("indices"), call.sizes("output_size")})};
}

ValueNames average_pool(AtenCall& call) {
  OnnxAttributes attributes = pool_attributes(call);
  const bool include = call.boolean("count_include_pad", true);
  attributes.emplace("count_include_pad", std::int64_t{include ? 1 : 0});
  if (!call.has("divisor_override"))
    return {call.emit("AveragePool", {call.tensor("self")}, std::move(attributes))};
  const std::int64_t divisor = call.integer("divisor_override");
  if (divisor == 0 || call.boolean("ceil_mode", false))
    throw Refusal{"argument divisor_override is " + std::to_string(divisor) +
                  (divisor == 0 ? "" : " and ceil_mode true, supported is one of them")};
  const Numbers kernel = call.extents("kernel_size", 2, 1);
  attributes.insert_or_assign("count_include_pad", std::int64_t{1});
  const std::string mean = call.emit("AveragePool", {call.tensor("self")}, std::move(attributes));
  const double scale =
      static_cast<double>(kernel[0]) * static_cast<double>(kernel[1]) / static_cast<double>(divisor);
  return {call.emit("Mul", {mean, call.number(scale)})};
}

/// A pool with as many cells as asked, whatever the map's size: see lower_aten.cpp for more than one.
ValueNames adaptive_pool(AtenCall& call, const char* global, const char* cells) {
  if (call.rank("self") != 4)
    throw Refusal{"its input has " + std::to_string(call.rank("self")) + " axes, expected 4"};
  Numbers size = call.extents("output_size", 2, 1);
  if (size == Numbers{1, 1}) return {call.emit(global, {call.tensor("self")})};
  return {call.emit(cells, {call.tensor("self")}, {{"output_size", std::move(size)}})};
}
ValueNames adaptive_average_pool(AtenCall& call) {
  return adaptive_pool(call, "GlobalAveragePool", "aten::adaptive_avg_pool2d");
}
ValueNames adaptive_max_pool(AtenCall& call) {
  return adaptive_pool(call, "GlobalMaxPool", "aten::adaptive_max_pool2d");
}

/// ATen counts padding from the last axis back, before and after each; ONNX has all before, then all after.
ValueNames padded(AtenCall& call, const std::string& mode, double value) {
  const char* argument = call.has("pad") ? "pad" : "padding";
  const std::size_t rank = call.rank("self"), count = call.count(argument);
  if (count % 2 != 0 || count / 2 > rank)
    throw Refusal{"pads by " + std::to_string(count) + " numbers a tensor of " + std::to_string(rank) +
                  " axes"};
  // PyTorch lists the last axis first, ONNX what comes before every axis first; number 0 is no padding.
  Numbers order(2 * rank, 0);
  for (std::size_t i = 0; i < count / 2; ++i) {
    order[rank - 1 - i] = static_cast<std::int64_t>(2 * i + 1);
    order[2 * rank - 1 - i] = static_cast<std::int64_t>(2 * i + 2);
  }
  const std::string given =
      call.emit("Concat", {call.list({0}), call.sizes(argument)}, {{"axis", std::int64_t{0}}});
  ValueNames inputs{call.tensor("self"),
                    call.emit("Gather", {given, call.list(std::move(order))}, {{"axis", std::int64_t{0}}})};
  if (mode == "constant") inputs.push_back(call.number(value));
  return {call.emit("Pad", std::move(inputs), {{"mode", mode}})};
}

ValueNames constant_pad(AtenCall& call) {
  return padded(call, "constant", call.real("value", 0));
}
ValueNames reflection_pad(AtenCall& call) {
  return padded(call, "reflect", 0);
}
ValueNames replication_pad(AtenCall& call) {
  return padded(call, "edge", 0);
}
ValueNames pad(AtenCall& call) {
  const std::string mode = call.text("mode", "constant");
  if (mode == "constant") return constant_pad(call);
  if (mode == "reflect") return reflection_pad(call);
  if (mode == "replicate") return replication_pad(call);
  throw Refusal{"argument mode is \"" + mode + "\", supported are constant, reflect and replicate"};
}

/// By factors if they are given, because they decide where the places lie; else to a size.
ValueNames resized(AtenCall& call, OnnxAttributes attributes) {
  const std::string x = call.tensor(call.is_tensor("input") ? "input" : "self");
  if (call.rank(call.is_tensor("input") ? "input" : "self") != 4)
    throw Refusal{"resizes no map of four axes"};
  std::vector<double> factors = call.reals("scale_factors");
  if (factors.empty() && call.has("scales_h") && call.has("scales_w"))
    factors = {call.real("scales_h"), call.real("scales_w")};
  if (factors.size() == 1) factors.push_back(factors[0]);
  if (factors.size() == 2) {
    const std::string scales = call.constant(
        {.dims = {4},
         .values = std::vector<float>{1, 1, static_cast<float>(factors[0]), static_cast<float>(factors[1])}});
    return {call.emit("Resize", {x, "", scales}, std::move(attributes))};
  }
  const std::string images = call.emit("Shape", {x}, {{"end", std::int64_t{2}}});
  const std::string sizes =
      call.emit("Concat", {images, call.sizes("output_size")}, {{"axis", std::int64_t{0}}});
  return {call.emit("Resize", {x, "", "", sizes}, std::move(attributes))};
}

OnnxAttributes nearest_at(const char* coordinates, const char* rounding) {
  return {{"mode", std::string("nearest")},
          {"coordinate_transformation_mode", std::string(coordinates)},
          {"nearest_mode", std::string(rounding)}};
}

ValueNames nearest(AtenCall& call) {
  return resized(call, nearest_at("asymmetric", "floor"));
}
ValueNames nearest_exact(AtenCall& call) {
  return resized(call, nearest_at("half_pixel", "round_prefer_ceil"));
}

ValueNames smooth(AtenCall& call, const char* mode) {
  const bool corners = call.boolean("align_corners", false);
  return resized(call,
                 {{"mode", std::string(mode)},
                  {"cubic_coeff_a", -0.75f},
                  {"coordinate_transformation_mode", std::string(corners ? "align_corners" : "half_pixel")}});
}
ValueNames linear_resize(AtenCall& call) {
  return smooth(call, "linear");
}
ValueNames cubic(AtenCall& call) {
  return smooth(call, "cubic");
}

constexpr AtenRule kAtenWindowsRules[] = {{"_adaptive_avg_pool2d", adaptive_average_pool},
                                          {"_upsample_nearest_exact2d", nearest_exact},
                                          {"adaptive_avg_pool2d", adaptive_average_pool},
                                          {"adaptive_max_pool2d", adaptive_max_pool},
                                          {"avg_pool2d", average_pool},
                                          {"constant_pad_nd", constant_pad},
                                          {"max_pool2d", max_pool},
                                          {"max_pool2d_with_indices", max_pool_with_indices},
                                          {"max_unpool2d", max_unpool},
                                          {"pad", pad},
                                          {"reflection_pad2d", reflection_pad},
                                          {"replication_pad2d", replication_pad},
                                          {"upsample_bicubic2d", cubic},
                                          {"upsample_bilinear2d", linear_resize},
                                          {"upsample_nearest2d", nearest}};

}  // namespace

std::span<const AtenRule> aten_window_rules() {
  return kAtenWindowsRules;
}

}  // namespace fcn::tools

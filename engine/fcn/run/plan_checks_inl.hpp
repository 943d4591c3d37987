// SPDX-License-Identifier: MIT
// Definitions of plan_checks.hpp: compiled into fcn::runtime, or inline where headers are used alone.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>

#include "fcn/graph/shape_inference.hpp"
#include "fcn/passes/dilate.hpp"
#include "fcn/run/plan_checks.hpp"

namespace fcn::inline FCN_ABI {

namespace detail {

FCN_INLINE Status check_plan_options(const Model& model, const PlanOptions& options) {
  const Limits& limits = model.limits();
  const auto size = std::to_string(options.width) + "x" + std::to_string(options.height);
  if (options.height < 1 || options.width < 1)
    return Error{ErrorCode::invalid_argument,
                 "the picture is " + size + " pixels; it needs at least one pixel", ""};
  if (options.images < 1 || options.threads < 1 || options.band_rows < 0 || options.step_pixels < 0)
    return Error{ErrorCode::invalid_argument,
                 "the plan's options name " + std::to_string(options.images) + " images, " +
                     std::to_string(options.threads) + " threads, bands of " +
                     std::to_string(options.band_rows) + " rows and steps of " +
                     std::to_string(options.step_pixels) +
                     " pixels; there must be at least one image and one thread, and no negative numbers",
                 ""};
  if (options.height > limits.max_image_side || options.width > limits.max_image_side)
    return Error{ErrorCode::limit_exceeded,
                 "the picture is " + size + " pixels; at most " + std::to_string(limits.max_image_side) +
                     " a side are allowed",
                 ""};
  const auto pixels = static_cast<std::uint64_t>(options.height) * static_cast<std::uint64_t>(options.width);
  if (pixels > limits.max_image_pixels)
    return Error{ErrorCode::limit_exceeded,
                 "the picture is " + size + " pixels; at most " + std::to_string(limits.max_image_pixels) +
                     " in all are allowed",
                 ""};
  if (model.info().kind == ModelKind::pixels && (options.output_stride != 0 || options.pool_stride != 0))
    return Error{ErrorCode::invalid_argument, "this model scores every pixel: its map cannot be denser", ""};
  const Extent window = model.info().window;
  if (!model.info().classifier_pool.empty() && (options.height < window.y || options.width < window.x))
    return Error{ErrorCode::too_small,
                 "the picture is " + size + " pixels, smaller than the model's window of " +
                     std::to_string(window.x) + "x" + std::to_string(window.y),
                 ""};
  return {};
}

FCN_INLINE Status check_map_sizes(const Graph& graph, const std::vector<Shape>& shapes,
                                  const Limits& limits) {
  const std::int64_t most = 2 * std::int64_t{limits.max_image_side};
  for (NodeId id = 0; id < shapes.size(); ++id)
    if (shapes[id].height > most || shapes[id].width > most)
      return Error{ErrorCode::limit_exceeded,
                   "its feature map is " + std::to_string(shapes[id].width) + "x" +
                       std::to_string(shapes[id].height) + "; at most " + std::to_string(most) +
                       " a side are allowed",
                   "node " + graph.nodes[id].name};
  return {};
}

FCN_INLINE Status set_output_stride(Graph& graph, int output_stride, Extent picture, const Limits& limits) {
  if (output_stride == 0) return {};
  const int channels = std::get<Input>(graph.nodes[0].op).channels;
  const auto shapes = infer_shapes(graph, {channels, picture.y, picture.x});
  if (!shapes) return shapes.error();
  return passes::dilate(graph, *shapes, infer_geometry(graph, *shapes), output_stride, limits);
}

}  // namespace detail

FCN_INLINE Status set_pool_stride(Graph& graph, const std::string& pool_name, int stride) {
  if (stride == 0) return {};
  for (Node& node : graph.nodes) {
    auto* pool = std::get_if<AveragePool>(&node.op);
    if (pool == nullptr || node.name != pool_name) continue;
    if (stride < 0 || stride > std::min(pool->kernel.y, pool->kernel.x))
      return Error{ErrorCode::invalid_argument,
                   "pool stride " + std::to_string(stride) + " is outside 1 to " +
                       std::to_string(std::min(pool->kernel.y, pool->kernel.x)) +
                       ", the size of the model's pool",
                   ""};
    pool->stride = {stride, stride};
    return {};
  }
  return Error{ErrorCode::invalid_argument, "this model has no classifier pool whose stride could be set",
               ""};
}

FCN_INLINE std::uint64_t multiply_adds(const Op& op, const Shape& out) {
  if (!std::holds_alternative<Conv>(op) && !std::holds_alternative<Linear>(op)) return 0;
  const kernels::ConvShape shape = conv_shape(op);
  const auto taps = static_cast<std::uint64_t>(shape.kernel_h) * static_cast<std::uint64_t>(shape.kernel_w) *
                    static_cast<std::uint64_t>(shape.in_channels / shape.groups);
  return taps * static_cast<std::uint64_t>(out.channels) * static_cast<std::uint64_t>(out.height) *
         static_cast<std::uint64_t>(out.width);
}

}  // namespace fcn::inline FCN_ABI

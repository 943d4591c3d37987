// SPDX-License-Identifier: MIT
// What a plan is made from: its options, and the checks that refuse those which cannot be run.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "fcn/graph/graph.hpp"
#include "fcn/graph/shape_inference.hpp"
#include "fcn/limits.hpp"
#include "fcn/model.hpp"
#include "fcn/passes/dilate.hpp"
#include "fcn/result.hpp"

namespace fcn::inline FCN_ABI {

struct PlanOptions {
  int height = 0;  ///< of the picture, pixels
  int width = 0;
  int images = 1;  ///< pictures of this size that run side by side
  int pool_stride =
      0;  ///< stride of the classifier's pool in cells of its feature map; 0 keeps the model's own (1)
  int output_stride = 0;  ///< pixels from one cell of that feature map to the next, a divisor of the
                          ///< network's own, by dilation (passes/dilate.hpp); 0 keeps the own
  int band_rows = 0;      ///< rows of a step, for every node; 0 lets the plan choose. Never changes bits.
  int step_pixels = 0;  ///< output pixels of a step, about, where the plan chooses; 0 for the fastest. Never
                        ///< changes bits.
  int threads = 1;      ///< workers that will run it: each has its own scratch. Never changes bits.
  bool keep_rows = false;  ///< every node makes its own rows, to be tapped: no max-pool computes the
                           ///< convolution before it. Never changes bits.
};

namespace detail {

inline Status check_plan_options(const Model& model, const PlanOptions& options) {
  const Limits& limits = model.limits();
  const auto side = std::to_string(options.height) + "x" + std::to_string(options.width);
  if (options.height < 1 || options.width < 1 || options.images < 1 || options.threads < 1 ||
      options.band_rows < 0 || options.step_pixels < 0)
    return Error{ErrorCode::invalid_argument, "a picture of " + side + " pixels cannot be run", ""};
  if (options.height > limits.max_image_side || options.width > limits.max_image_side)
    return Error{ErrorCode::limit_exceeded,
                 "the picture is " + side + " pixels (height x width); at most " +
                     std::to_string(limits.max_image_side) + " a side are allowed",
                 ""};
  const Extent window = model.info().window;
  if (!model.info().classifier_pool.empty() && (options.height < window.y || options.width < window.x))
    return Error{ErrorCode::too_small,
                 "the picture is " + side + " pixels (height x width), smaller than the model's " +
                     std::to_string(window.y) + "x" + std::to_string(window.x) + " window",
                 ""};
  return {};
}

/// Upsampling can make a map far larger than the picture: no side may be more than twice a picture's.
inline Status check_map_sizes(const Graph& graph, const std::vector<Shape>& shapes, const Limits& limits) {
  const std::int64_t most = 2 * std::int64_t{limits.max_image_side};
  for (NodeId id = 0; id < shapes.size(); ++id)
    if (shapes[id].height > most || shapes[id].width > most)
      return Error{ErrorCode::limit_exceeded,
                   "its feature map is " + std::to_string(shapes[id].height) + "x" +
                       std::to_string(shapes[id].width) + "; at most " + std::to_string(most) +
                       " a side are allowed",
                   "node " + graph.nodes[id].name};
  return {};
}

/// Dilates the graph for a picture of this size.
inline Status set_output_stride(Graph& graph, int output_stride, Extent picture, const Limits& limits) {
  if (output_stride == 0) return {};
  const int channels = std::get<Input>(graph.nodes[0].op).channels;
  const auto shapes = infer_shapes(graph, {channels, picture.y, picture.x});
  if (!shapes) return shapes.error();
  return passes::dilate(graph, *shapes, infer_geometry(graph, *shapes), output_stride, limits);
}

/// Sets the stride of the classifier's pool.
inline Status set_pool_stride(Graph& graph, const std::string& pool_name, int stride) {
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

inline std::uint64_t multiply_adds(const Op& op, const Shape& out) {
  if (!std::holds_alternative<Conv>(op) && !std::holds_alternative<Linear>(op)) return 0;
  const kernels::ConvShape shape = conv_shape(op);
  const auto taps = static_cast<std::uint64_t>(shape.kernel_h) * static_cast<std::uint64_t>(shape.kernel_w) *
                    static_cast<std::uint64_t>(shape.in_channels / shape.groups);
  return taps * static_cast<std::uint64_t>(out.channels) * static_cast<std::uint64_t>(out.height) *
         static_cast<std::uint64_t>(out.width);
}

}  // namespace detail

}  // namespace fcn::inline FCN_ABI

// SPDX-License-Identifier: MIT
// Definitions of geometry.hpp: compiled into fcn::runtime, or inline where headers are used alone.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <variant>

#include "fcn/graph/geometry.hpp"
#include "fcn/graph/resample.hpp"
#include "fcn/graph/shape_inference.hpp"
#include "fcn/graph/window.hpp"

namespace fcn::inline FCN_ABI {

namespace detail {

// Strides of a hostile graph could multiply past any integer; no picture is wider than this.
inline constexpr std::int64_t kFar = std::int64_t{1} << 31;

/// `cells` of `in`, in pixels.
FCN_INLINE std::int64_t reach_in_pixels(const AxisGeometry& in, std::int64_t cells) {
  const double pixels = std::ceil(static_cast<double>(cells) * in.stride);
  return pixels < static_cast<double>(kFar) ? static_cast<std::int64_t>(pixels) : kFar;
}

FCN_INLINE AxisGeometry through_window(const AxisGeometry& in, int kernel, int stride, int dilation,
                                       int pad) {
  const std::int64_t reach = std::min<std::int64_t>(std::int64_t{dilation} * (kernel - 1), kFar);
  const double shift = static_cast<double>(reach) / 2.0 - pad;
  return {std::min(in.stride * stride, static_cast<double>(kFar)), in.first_center + shift * in.stride,
          std::min(in.receptive_field + reach_in_pixels(in, reach), kFar)};
}

/// Cell x shows the place (x * step + start) / per of the input, of which it sees `further` cells more than
/// one.
FCN_INLINE AxisGeometry through_places(const AxisGeometry& in, const ResizePlaces& places, int further) {
  const auto per = static_cast<double>(places.per);
  return {in.stride * static_cast<double>(places.step) / per,
          in.first_center + in.stride * static_cast<double>(places.start) / per,
          std::min(in.receptive_field + reach_in_pixels(in, further), kFar)};
}

FCN_INLINE MapGeometry through_op(const Op& op, const MapGeometry& from, const Shape& in, const Shape& out) {
  if (const auto* zeros = std::get_if<InsertZeros>(&op))
    return {through_places(from.y, {1, 0, zeros->stride.y}, 0),
            through_places(from.x, {1, 0, zeros->stride.x}, 0),
            {}};
  if (const auto* spread = std::get_if<DepthToSpace>(&op)) {  // a block's pixels lie around its middle
    const auto within = [](int block) { return ResizePlaces{2, 1 - block, 2 * std::int64_t{block}}; };
    return {through_places(from.y, within(spread->block.y), false),
            through_places(from.x, within(spread->block.x), false),
            {}};
  }
  if (const auto* pool = std::get_if<MaxUnpool>(&op)) {  // a window's middle goes back to its middle
    const auto within = [](int stride, int kernel, int pad) {
      return ResizePlaces{2, 2 * std::int64_t{pad} + 1 - kernel, 2 * std::int64_t{stride}};
    };
    return {through_places(from.y, within(pool->stride.y, pool->kernel.y, pool->pad.top), 0),
            through_places(from.x, within(pool->stride.x, pool->kernel.x, pool->pad.left), 0),
            {}};
  }
  if (const auto resize = resize_of(op, in, out)) {
    const int further = resize_taps(resize->mode) - 1;
    return {through_places(from.y, resize_places(resize->coordinates, rows_of(op, in, out)), further),
            through_places(from.x, resize_places(resize->coordinates, columns_of(op, in, out)), further),
            {}};
  }
  Window window = window_of(op, in);
  if (const auto* pad = std::get_if<Pad>(&op)) window.pad = pad->pad;
  if (const auto* crop = std::get_if<CropTo>(&op)) window.pad = {-crop->top, -crop->left, 0, 0};
  if (std::holds_alternative<CenterTo>(op))
    window.pad = {rows_of(op, in, out).before, columns_of(op, in, out).before, 0, 0};
  return {through_window(from.y, window.kernel.y, window.stride.y, window.dilation.y, window.pad.top),
          through_window(from.x, window.kernel.x, window.stride.x, window.dilation.x, window.pad.left),
          {}};
}

}  // namespace detail

FCN_INLINE std::vector<MapGeometry> infer_geometry(const Graph& graph, const std::vector<Shape>& shapes) {
  std::vector<MapGeometry> all(graph.nodes.size());
  for (NodeId id = 0; id < graph.nodes.size(); ++id) {
    const Node& node = graph.nodes[id];
    const bool repeats = std::holds_alternative<Arithmetic>(node.op);
    bool found_y = false, found_x = false;
    for (std::size_t slot = 0; slot < node.inputs.size(); ++slot) {
      const NodeId from = node.inputs[slot];
      if (reads_size_only(node.op, slot)) continue;
      const MapGeometry seen = slot == 0 || std::holds_alternative<MaxUnpool>(node.op)
                                   ? detail::through_op(node.op, all[from], shapes[from], shapes[id])
                                   : all[from];
      const auto take = [](AxisGeometry& into, const AxisGeometry& axis, bool& found) {
        if (!found || axis.receptive_field > into.receptive_field) into = axis;
        found = true;
      };
      if (!repeats || shapes[from].height == shapes[id].height) take(all[id].y, seen.y, found_y);
      if (!repeats || shapes[from].width == shapes[id].width) take(all[id].x, seen.x, found_x);
    }
  }
  return all;
}

}  // namespace fcn::inline FCN_ABI

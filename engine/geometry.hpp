// SPDX-License-Identifier: MIT
// Where a cell of a feature map looks: the relation between cells and pixels, derived from the kernels,
// strides and paddings on the way (Araujo, Norris, Sim: "Computing Receptive Fields of Convolutional Neural
// Networks", Distill 2019). Pixel (0, 0) is the centre of the first pixel.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "engine/graph.hpp"
#include "engine/window.hpp"

namespace fcn::inline FCN_ABI {

/// Along one axis: cell i is centred on pixel first_center + i * stride and sees `receptive_field` pixels
/// around it.
struct AxisGeometry {
  std::int64_t stride = 1;
  double first_center = 0;
  std::int64_t receptive_field = 1;
};

/// Ties the cells of a score map to the pixels of the image that was run.
struct MapGeometry {
  AxisGeometry y;
  AxisGeometry x;
  Extent window;  ///< nominal window: the crop a sliding window would have classified, pixels

  [[nodiscard]] double center_y(int row) const {
    return y.first_center + static_cast<double>(row * y.stride);
  }
  [[nodiscard]] double center_x(int col) const {
    return x.first_center + static_cast<double>(col * x.stride);
  }
  /// First pixel of a cell's nominal window.
  [[nodiscard]] std::int64_t window_top(int row) const { return row * y.stride; }
  [[nodiscard]] std::int64_t window_left(int col) const { return col * x.stride; }
};

namespace detail {

inline AxisGeometry through_window(const AxisGeometry& in, int kernel, int stride, int dilation, int pad) {
  // Strides of a hostile graph could multiply past any integer; no picture is wider than this.
  constexpr std::int64_t kFar = std::int64_t{1} << 31;
  const std::int64_t reach = std::min<std::int64_t>(std::int64_t{dilation} * (kernel - 1), kFar);
  const double shift = static_cast<double>(reach) / 2.0 - pad;
  return {std::min(in.stride * stride, kFar), in.first_center + shift * static_cast<double>(in.stride),
          std::min(in.receptive_field + std::min(reach * in.stride, kFar), kFar)};
}

}  // namespace detail

/// The geometry of every node. Where branches meet, the one that sees more counts; all have the same stride
/// and centre in a network whose branches stay aligned, as residual ones do.
inline std::vector<MapGeometry> infer_geometry(const Graph& graph, const std::vector<Shape>& shapes) {
  std::vector<MapGeometry> all(graph.nodes.size());
  for (NodeId id = 0; id < graph.nodes.size(); ++id) {
    const Node& node = graph.nodes[id];
    if (node.inputs.empty()) continue;
    const NodeId from = node.inputs[0];
    const Window window = window_of(node.op, shapes[from]);
    all[id].y = detail::through_window(all[from].y, window.kernel.y, window.stride.y, window.dilation.y,
                                       window.pad.top);
    all[id].x = detail::through_window(all[from].x, window.kernel.x, window.stride.x, window.dilation.x,
                                       window.pad.left);
    for (std::size_t slot = 1; slot < node.inputs.size(); ++slot) {
      const MapGeometry& other = all[node.inputs[slot]];
      if (other.y.receptive_field > all[id].y.receptive_field) all[id].y = other.y;
      if (other.x.receptive_field > all[id].x.receptive_field) all[id].x = other.x;
    }
  }
  return all;
}

}  // namespace fcn::inline FCN_ABI

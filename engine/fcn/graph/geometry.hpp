// SPDX-License-Identifier: MIT
// Where a cell of a feature map looks: the relation between cells and pixels, derived from the kernels,
// strides and paddings on the way (Araujo, Norris, Sim: "Computing Receptive Fields of Convolutional Neural
// Networks", Distill 2019). Pixel (0, 0) is the centre of the first pixel.
#pragma once

#include <cmath>
#include <vector>

#include "fcn/graph/graph.hpp"

namespace fcn::inline FCN_ABI {

/// Along one axis: cell i is centred on pixel first_center + i * stride and sees `receptive_field` pixels
/// around it.
struct AxisGeometry {
  double stride = 1;  ///< whole but after a resampling
  double first_center = 0;
  std::int64_t receptive_field = 1;
  double first_window = 0;  ///< first pixel of cell 0's nominal window
};

/// Ties the cells of a score map to the pixels of the picture, all of it where a part was run.
struct MapGeometry {
  AxisGeometry y;
  AxisGeometry x;
  Extent window;  ///< nominal window: the crop a sliding window would have classified, pixels

  /// The same cells, seen from another picture's first pixel: their places are so many pixels more.
  [[nodiscard]] MapGeometry moved(double right, double down) const {
    MapGeometry geometry = *this;
    geometry.x.first_center += right, geometry.x.first_window += right;
    geometry.y.first_center += down, geometry.y.first_window += down;
    return geometry;
  }
  [[nodiscard]] double center_y(int row) const { return y.first_center + row * y.stride; }
  [[nodiscard]] double center_x(int col) const { return x.first_center + col * x.stride; }
  /// First pixel of a cell's nominal window.
  [[nodiscard]] std::int64_t window_top(int row) const {
    return std::llround(y.first_window + row * y.stride);
  }
  [[nodiscard]] std::int64_t window_left(int col) const {
    return std::llround(x.first_window + col * x.stride);
  }
};

/// The geometry of every node. Where branches meet, the larger receptive field counts; all have the same
/// stride and centre in a network whose branches stay aligned, as residual ones do. A value that arithmetic
/// repeats for every place (a squeeze-and-excite gate, a constant) has no place of its own and does not
/// count.
std::vector<MapGeometry> infer_geometry(const Graph& graph, const std::vector<Shape>& shapes);

}  // namespace fcn::inline FCN_ABI

#ifndef FCN_COMPILED
#include "fcn/graph/geometry_inl.hpp"
#endif

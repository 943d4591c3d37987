// SPDX-License-Identifier: MIT
// The windows that a sliding window classifies: at multiples of a stride, as far as the score map
// beside them has cells.
#pragma once

#include <cmath>
#include <cstddef>
#include <optional>

#include "fcn/graph/geometry.hpp"
#include "fcn/graph/graph.hpp"
#include "fcn/result.hpp"

namespace fcn::tools {

/// The first pixel of a window in its picture.
struct WindowOrigin {
  int y = 0;
  int x = 0;
};

class WindowGrid {
 public:
  /// For a map of this shape and geometry. `stride` in pixels; 0 takes the map's own, ErrorCode::unsupported
  /// if that is no whole number.
  static Result<WindowGrid> create(const Shape& map, const MapGeometry& geometry, int stride) {
    const auto whole = [](double pixels) { return pixels == std::floor(pixels) && pixels < 1e9; };
    if (stride == 0 && !(whole(geometry.y.stride) && whole(geometry.x.stride)))
      return Error{ErrorCode::unsupported,
                   "this map's stride is no whole number of pixels; give --compare-windows a STRIDE", ""};
    WindowGrid grid;
    grid.map_ = geometry;
    grid.stride_ = stride != 0
                       ? Extent{stride, stride}
                       : Extent{static_cast<int>(geometry.y.stride), static_cast<int>(geometry.x.stride)};
    grid.rows_ = static_cast<int>(geometry.window_top(map.height - 1) / grid.stride_.y) + 1;
    grid.cols_ = static_cast<int>(geometry.window_left(map.width - 1) / grid.stride_.x) + 1;
    return grid;
  }

  [[nodiscard]] int rows() const { return rows_; }
  [[nodiscard]] int cols() const { return cols_; }
  [[nodiscard]] std::size_t size() const {
    return static_cast<std::size_t>(rows_) * static_cast<std::size_t>(cols_);
  }
  [[nodiscard]] Extent stride() const { return stride_; }

  /// Of window number `window`, row by row.
  [[nodiscard]] WindowOrigin origin(std::size_t window) const {
    const auto cols = static_cast<std::size_t>(cols_);
    return {static_cast<int>(window / cols) * stride_.y, static_cast<int>(window % cols) * stride_.x};
  }

  /// The map's row whose nominal window begins at pixel `y`; nothing for a window between two cells.
  [[nodiscard]] std::optional<int> map_row(int y) const { return cell_at(map_.y, y); }
  [[nodiscard]] std::optional<int> map_col(int x) const { return cell_at(map_.x, x); }

 private:
  static std::optional<int> cell_at(const AxisGeometry& axis, int pixel) {
    const double cell = pixel / axis.stride;
    return cell == std::floor(cell) ? std::optional<int>(static_cast<int>(cell)) : std::nullopt;
  }

  MapGeometry map_;
  Extent stride_;
  int rows_ = 0;
  int cols_ = 0;
};

}  // namespace fcn::tools

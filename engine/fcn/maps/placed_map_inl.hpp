// SPDX-License-Identifier: MIT
// Definitions of placed_map.hpp.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "fcn/maps/placed_map.hpp"

namespace fcn::inline FCN_ABI {
namespace maps {
namespace detail {

/// A pixel's position counted in cells, before it is held within the map.
using CellPosition = double (*)(int pixel, double scale, const AxisGeometry& geometry);

/// The centre of `pixel` in the picture's own pixels, when one of the drawing covers `scale` of them.
FCN_INLINE double position_of_center(int pixel, double scale, const AxisGeometry& geometry) {
  return ((pixel + 0.5) * scale - 0.5 - geometry.first_center) / geometry.stride;
}

FCN_INLINE double stretched_position(int pixel, double cells_per_pixel, const AxisGeometry&) {
  return (pixel + 0.5) * cells_per_pixel - 0.5;
}

}  // namespace detail

FCN_INLINE PlacedAxis PlacedAxis::create(Placement placement, const AxisGeometry& geometry, int cells,
                                         int picture_pixels, int pixels) {
  PlacedAxis axis;
  if (pixels <= 0) return axis;
  if (cells <= 0) {
    axis.places.resize(static_cast<std::size_t>(pixels));
    return axis;
  }
  const bool stretched = placement == Placement::stretch;
  const detail::CellPosition position = stretched ? detail::stretched_position : detail::position_of_center;
  // The reciprocal of a quotient, as cv2.resize has it: it may differ from the quotient by a rounding.
  const double scale = 1.0 / (static_cast<double>(pixels) / (stretched ? cells : picture_pixels));
  axis.places.reserve(static_cast<std::size_t>(pixels));
  axis.begin = stretched ? 0 : pixels;
  axis.end = stretched ? pixels : 0;
  for (int pixel = 0; pixel < pixels; ++pixel) {
    const double exact = position(pixel, scale, geometry);
    if (!stretched && exact >= -0.5 && exact < cells - 0.5) {
      axis.begin = std::min(axis.begin, pixel);
      axis.end = pixel + 1;
    }
    const auto at = static_cast<float>(std::clamp(exact, -1.0, static_cast<double>(cells)));
    const float cell = std::floor(at);
    const auto first = static_cast<int>(cell);
    axis.places.push_back({std::clamp(first, 0, cells - 1), std::clamp(first + 1, 0, cells - 1), at - cell});
  }
  axis.begin = std::min(axis.begin, axis.end);
  return axis;
}

FCN_INLINE PlacedAxes PlacedAxes::create(Placement placement, const ScoreMap& map, Size picture, Size drawn) {
  return {PlacedAxis::create(placement, map.geometry().x, map.cols(), picture.width, drawn.width),
          PlacedAxis::create(placement, map.geometry().y, map.rows(), picture.height, drawn.height)};
}

FCN_INLINE PlacedMap::PlacedMap(const ScoreMap& map, int class_id, const PlacedAxes& axes)
    : map_(map),
      class_id_(class_id),
      axes_(axes),
      row_(axes.x.places.size(), std::numeric_limits<float>::quiet_NaN()) {
  above_.scores.resize(row_.size());
  below_.scores.resize(row_.size());
}

FCN_INLINE const PlacedMap::Enlarged& PlacedMap::enlarged(int cell_row, const Enlarged& keep) {
  if (above_.cell_row == cell_row) return above_;
  if (below_.cell_row == cell_row) return below_;
  Enlarged& into = &keep == &above_ ? below_ : above_;
  into.cell_row = cell_row;
  for (std::size_t x = 0; x < row_.size(); ++x) {
    const auto& [cell, next, share] = axes_.x.places[x];
    const float left = map_.at(class_id_, cell_row, cell);
    // cv2.resize takes a border cell as it is; only between rows does it mix a cell with itself.
    into.scores[x] = cell == next ? left : left * (1 - share) + map_.at(class_id_, cell_row, next) * share;
  }
  return into;
}

FCN_INLINE const float* PlacedMap::row(int y) {
  if (map_.rows() <= 0 || map_.cols() <= 0) return row_.data();
  const auto& [cell, next, share] = axes_.y.places[static_cast<std::size_t>(y)];
  const Enlarged& above = enlarged(cell, below_);
  const Enlarged& below = enlarged(next, above);
  const float* const a = above.scores.data();
  const float* const b = below.scores.data();
  for (std::size_t x = 0; x < row_.size(); ++x) row_[x] = a[x] * (1 - share) + b[x] * share;
  return row_.data();
}

}  // namespace maps
}  // namespace fcn::inline FCN_ABI

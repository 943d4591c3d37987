// SPDX-License-Identifier: MIT
// Definitions of argmax.hpp.
#pragma once

#include <algorithm>
#include <cstddef>

#include "fcn/maps/argmax.hpp"

namespace fcn::inline FCN_ABI {
namespace maps {

FCN_INLINE ArgmaxRows::ArgmaxRows(const ScoreMap& map, const PlacedAxes& axes)
    : map_(map),
      axes_(axes),
      winners_(static_cast<std::size_t>(map.cols()), kNone),
      row_(axes.x.places.size(), kNone) {}

FCN_INLINE const int* ArgmaxRows::row(int y) {
  std::fill(row_.begin(), row_.end(), kNone);
  if (!axes_.y.holds(y)) return row_.data();
  if (const int cell_row = axes_.y.nearest(y); cell_row != cell_row_) {
    cell_row_ = cell_row;
    for (int col = 0; col < map_.cols(); ++col)
      winners_[static_cast<std::size_t>(col)] = map_.winner(cell_row, col).value_or(kNone);
  }
  for (int x = axes_.x.begin; x < axes_.x.end; ++x)
    row_[static_cast<std::size_t>(x)] = winners_[static_cast<std::size_t>(axes_.x.nearest(x))];
  return row_.data();
}

}  // namespace maps
}  // namespace fcn::inline FCN_ABI

// SPDX-License-Identifier: MIT
// Which class wins each pixel of a picture, row by row. ScoreMap::winner() defines winning.
#pragma once

#include <vector>

#include "fcn/maps/placed_map.hpp"

namespace fcn::inline FCN_ABI {
namespace maps {

/// The winning class of each pixel, a row at a time.
class ArgmaxRows {
 public:
  static constexpr int kNone = -1;  ///< no class

  /// `map` and `axes` must outlive this.
  ArgmaxRows(const ScoreMap& map, const PlacedAxes& axes);

  /// For each pixel of row y the class that wins the nearest cell; kNone if no class wins that cell, or the
  /// pixel belongs to none. Valid until the next call. Cheapest from top to bottom.
  const int* row(int y);

 private:
  const ScoreMap& map_;
  const PlacedAxes& axes_;
  int cell_row_ = -1;  ///< whose winners `winners_` are
  std::vector<int> winners_;
  std::vector<int> row_;
};

}  // namespace maps
}  // namespace fcn::inline FCN_ABI

#ifndef FCN_COMPILED
#include "fcn/maps/argmax_inl.hpp"
#endif

// SPDX-License-Identifier: MIT
// The scores of a picture row by row, as they are made (Session::score_rows): for maps too large to hold.
#pragma once

#include <cstddef>

#include "fcn/config.hpp"

namespace fcn::inline FCN_ABI {

/// One row of cells of a score map, valid during ScoreRows::take() only.
struct ScoreRow {
  int row = 0;                     ///< from the top of the map
  int cols = 0;                    ///< cells of the row
  int classes = 0;                 ///< scores of a cell
  const float* first = nullptr;    ///< the scores of the leftmost cell
  std::ptrdiff_t cell_stride = 0;  ///< floats from one cell to the next, `classes` at least

  /// The scores of all classes in one cell, contiguous.
  [[nodiscard]] const float* cell(int col) const { return first + col * cell_stride; }
};

/// Takes the scores of a run as they are made: implemented by the caller of Session::score_rows().
class ScoreRows {
 public:
  virtual ~ScoreRows() = default;
  /// Each row once, from the top.
  virtual void take(const ScoreRow& scores) = 0;
};

}  // namespace fcn::inline FCN_ABI

// SPDX-License-Identifier: MIT
// The scores of a picture row by row, as they are made (Session::score_rows): for maps too large to hold.
#pragma once

#include <cstddef>

#include "fcn/config.hpp"

namespace fcn::inline FCN_ABI {

/// One row of cells of a score map, valid during ScoreRows::take() only.
struct ScoreRow {
  int row = 0;
  int cols = 0;
  int classes = 0;
  const float* first = nullptr;    ///< the scores of the leftmost cell
  std::ptrdiff_t cell_stride = 0;  ///< floats from one cell to the next, `classes` at least

  /// The scores of all classes in one cell, contiguous.
  [[nodiscard]] const float* cell(int col) const { return first + col * cell_stride; }
};

class ScoreRows {
 public:
  virtual ~ScoreRows() = default;
  /// Each row once, from the top.
  virtual void take(const ScoreRow& scores) = 0;
};

}  // namespace fcn::inline FCN_ABI

// SPDX-License-Identifier: MIT
// A picture that a run reads row by row, as it is decoded, received or computed: the whole picture never
// exists. ImageView::source names it.
#pragma once

#include "fcn/image_view.hpp"
#include "fcn/result.hpp"

namespace fcn::inline FCN_ABI {

/// A picture that comes row by row: implemented by the caller, and named by ImageView::source.
class PixelRows {
 public:
  virtual ~PixelRows() = default;

  /// Rows first .. first + count - 1 as a view of `count` rows, as wide as the picture, in any layout. They
  /// stay valid until the next call. A run asks for each row once, from the top, on the thread that runs: a
  /// call's `first` is where the call before ended; of a part (ImageView::part) it begins further down, and
  /// ends before the last row. An Error ends the run, which returns it.
  virtual Result<ImageView> rows(int first, int count) = 0;
};

}  // namespace fcn::inline FCN_ABI

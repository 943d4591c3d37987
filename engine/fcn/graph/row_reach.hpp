// SPDX-License-Identifier: MIT
// Which rows of an input each row of an op's output reads: what the schedule needs to know of any op. From it
// follow the rows that can be made and those that may be forgotten.
#pragma once

#include <algorithm>
#include <cstddef>

#include "fcn/graph/resample.hpp"
#include "fcn/graph/shape_inference.hpp"
#include "fcn/graph/window.hpp"

namespace fcn::inline FCN_ABI {

/// Output row r reads input rows floor((r * step + first) / per) .. floor((r * step + last) / per), as far as
/// there are such rows. An op may read less, never more.
struct RowReach {
  std::int64_t step = 1;
  std::int64_t per = 1;
  std::int64_t first = 0;
  std::int64_t last = 0;

  /// Output rows that can be made when the first `ready` of `in_height` input rows are there.
  [[nodiscard]] int rows_ready(int ready, int in_height, int out_height) const {
    if (ready == in_height) return out_height;
    const std::int64_t room = ready * per - last;  // rows r with r * step < room read only what is there
    if (room <= 0) return 0;
    if (step == 0) return out_height;
    return static_cast<int>(std::min<std::int64_t>((room - 1) / step + 1, out_height));
  }
  /// The first input row that is still needed when the first `done` output rows have been made.
  [[nodiscard]] int first_row_needed(int done, int in_height, int out_height) const {
    if (done == out_height) return in_height;
    return static_cast<int>(
        std::clamp<std::int64_t>(detail::floor_div(done * step + first, per), 0, in_height));
  }
};

/// Every output row reads all of `height` rows.
constexpr RowReach whole_map(int height) {
  return {0, 1, 0, height - 1};
}

/// No row: the op reads only the map's size.
constexpr RowReach no_row() {
  return {0, 1, std::int64_t{1} << 32, -1};
}

RowReach reach_of(const Window& window);

/// A pool over the whole map takes in rows as they come and gives its only row after the last: the schedule
/// counts the rows it takes in.
bool gathers_rows(const Op& op);

/// The reach of `op` over its input number `slot`.
RowReach row_reach(const Op& op, std::size_t slot, const Shape& in, const Shape& out);

}  // namespace fcn::inline FCN_ABI

#ifndef FCN_COMPILED
#include "fcn/graph/row_reach_inl.hpp"
#endif

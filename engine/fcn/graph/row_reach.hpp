// SPDX-License-Identifier: MIT
// Which rows of an input each row of an op's output reads: what the schedule needs to know of any op. From it
// follow the rows that can be made and those that may be forgotten.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <variant>

#include "fcn/graph/graph.hpp"
#include "fcn/graph/resample.hpp"
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

inline RowReach reach_of(const Window& window) {
  return {window.stride.y, 1, window.input_row(0, 0), window.input_row(0, window.kernel.y - 1)};
}

namespace detail {

inline RowReach pad_reach(const Pad& op) {
  // A mirrored row lies up to twice the padding from where it would be without.
  const std::int64_t top = op.pad.top, bottom = op.pad.bottom;
  const bool mirrored = op.mode != PadMode::constant;
  return {1, 1, -top - (mirrored ? 2 * std::max<std::int64_t>(bottom, 0) : 0),
          -top + (mirrored ? 2 * std::max<std::int64_t>(top, 0) : 0)};
}

inline RowReach resize_reach(const Resize& op, const Shape& in, const Shape& out) {
  // Whatever the rounding, no more than the rows just before and after the place's own; a cubic's one
  // further.
  const ResizePlaces places = resize_places(op.coordinates, rows_of(op, in, out));
  const std::int64_t after = op.mode == ResizeMode::cubic ? 2 : 1;
  return {places.step, places.per, places.start - places.per, places.start + after * places.per};
}

}  // namespace detail

/// A pool over the whole map takes in rows as they come and gives its only row after the last: the schedule
/// counts the rows it takes in.
inline bool gathers_rows(const Op& op) {
  return std::holds_alternative<GlobalAveragePool>(op) || std::holds_alternative<GlobalMaxPool>(op) ||
         std::holds_alternative<GlobalSumPool>(op);
}

/// The reach of `op` over its input number `slot`.
inline RowReach row_reach(const Op& op, std::size_t slot, const Shape& in, const Shape& out) {
  if (slot == 0 && !gathers_rows(op)) {
    if (const auto* pad = std::get_if<Pad>(&op)) return detail::pad_reach(*pad);
    if (const auto* resize = std::get_if<Resize>(&op)) return detail::resize_reach(*resize, in, out);
    if (const auto* zeros = std::get_if<InsertZeros>(&op)) return {1, zeros->stride.y, 0, 0};
    if (const auto* spread = std::get_if<DepthToSpace>(&op)) return {1, spread->block.y, 0, 0};
    if (!std::holds_alternative<Arithmetic>(op)) return reach_of(window_of(op, in));
  }
  if (in.height == 1) return whole_map(1);  // repeated for every row
  return {};
}

}  // namespace fcn::inline FCN_ABI

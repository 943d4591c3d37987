// SPDX-License-Identifier: MIT
// Definitions of row_reach.hpp: compiled into fcn::runtime, or inline where headers are used alone.
#pragma once

#include <algorithm>
#include <cstdint>
#include <variant>

#include "fcn/graph/graph.hpp"
#include "fcn/graph/row_reach.hpp"

namespace fcn::inline FCN_ABI {

FCN_INLINE RowReach reach_of(const Window& window) {
  return {window.stride.y, 1, window.input_row(0, 0), window.input_row(0, window.kernel.y - 1)};
}

namespace detail {

FCN_INLINE RowReach pad_reach(const Pad& op) {
  // A mirrored row lies up to twice the padding from where it would be without.
  const std::int64_t top = op.pad.top, bottom = op.pad.bottom;
  const bool mirrored = op.mode != PadMode::constant;
  return {1, 1, -top - (mirrored ? 2 * std::max<std::int64_t>(bottom, 0) : 0),
          -top + (mirrored ? 2 * std::max<std::int64_t>(top, 0) : 0)};
}

FCN_INLINE RowReach resize_reach(const Resize& op, const Shape& in, const Shape& out) {
  // Whatever the rounding, no more than the rows just before and after the place's own; a cubic's one
  // further.
  const ResizePlaces places = resize_places(op.coordinates, rows_of(op, in, out));
  const std::int64_t after = op.mode == ResizeMode::cubic ? 2 : 1;
  return {places.step, places.per, places.start - places.per, places.start + after * places.per};
}

}  // namespace detail

FCN_INLINE bool gathers_rows(const Op& op) {
  return std::holds_alternative<GlobalAveragePool>(op) || std::holds_alternative<GlobalMaxPool>(op) ||
         std::holds_alternative<GlobalSumPool>(op);
}

FCN_INLINE RowReach row_reach(const Op& op, std::size_t slot, const Shape& in, const Shape& out) {
  if (reads_size_only(op, slot)) return no_row();
  if (const auto* pool = std::get_if<MaxUnpool>(&op))
    return {1, pool->stride.y, pool->pad.top, pool->pad.top};
  if (slot == 0 && !gathers_rows(op)) {
    if (const auto* pad = std::get_if<Pad>(&op)) return detail::pad_reach(*pad);
    if (const auto resize = resize_of(op, in, out)) return detail::resize_reach(*resize, in, out);
    if (const auto* crop = std::get_if<CropTo>(&op)) return {1, 1, crop->top, crop->top};
    if (std::holds_alternative<CenterTo>(op)) {
      const int before = rows_of(op, in, out).before;
      return {1, 1, -before, -before};
    }
    if (const auto* zeros = std::get_if<InsertZeros>(&op)) return {1, zeros->stride.y, 0, 0};
    if (const auto* spread = std::get_if<DepthToSpace>(&op)) return {1, spread->block.y, 0, 0};
    if (!std::holds_alternative<Arithmetic>(op)) return reach_of(window_of(op, in));
  }
  if (in.height == 1) return whole_map(1);  // repeated for every row
  return {};
}

}  // namespace fcn::inline FCN_ABI

// SPDX-License-Identifier: MIT
// The sliding window of a node once its input's size is known: one description for convolutions, pools and,
// as a 1 x 1 window, everything that works pixel by pixel. Rows a node needs and rows it can make follow from
// it.
#pragma once

#include <algorithm>
#include <cstdint>

#include "engine/graph.hpp"

namespace fcn::inline FCN_ABI {

struct Window {
  Extent kernel;
  Extent stride;
  Extent dilation;
  Padding pad;

  /// Input row under tap `ky` of output row `r`; outside 0 .. height - 1 it is padding.
  [[nodiscard]] std::int64_t input_row(std::int64_t r, int ky) const {
    return r * stride.y - pad.top + std::int64_t{ky} * dilation.y;
  }
  /// Output rows that can be made when the first `ready` of `in_height` input rows are there.
  [[nodiscard]] int rows_ready(int ready, int in_height, int out_height) const {
    if (ready == in_height) return out_height;
    const std::int64_t last =
        std::int64_t{ready} - 1 - input_row(0, kernel.y - 1);  // room below row 0's window
    if (last < 0) return 0;
    return static_cast<int>(std::min<std::int64_t>(last / stride.y + 1, out_height));
  }
  /// The first input row that is still needed when the first `done` output rows have been made.
  [[nodiscard]] int first_row_needed(int done, int in_height, int out_height) const {
    if (done == out_height) return in_height;
    return static_cast<int>(std::clamp<std::int64_t>(input_row(done, 0), 0, in_height));
  }
};

/// The window that `op` slides over its inputs (over the first, for a residual the second is read pixel by
/// pixel).
inline Window window_of(const Op& op, const Shape& in) {
  if (const auto* conv = std::get_if<Conv>(&op))
    return {conv->kernel, conv->stride, conv->dilation, conv->pad};
  if (const auto* pool = std::get_if<MaxPool>(&op))
    return {pool->kernel, pool->stride, pool->dilation, pool->pad};
  if (const auto* pool = std::get_if<AveragePool>(&op))
    return {pool->kernel, pool->stride, {1, 1}, pool->pad};
  if (std::holds_alternative<GlobalAveragePool>(op) || std::holds_alternative<Flatten>(op))
    return {{in.height, in.width}, {1, 1}, {1, 1}, {}};
  return {};
}

}  // namespace fcn::inline FCN_ABI

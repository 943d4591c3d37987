// SPDX-License-Identifier: MIT
// The sliding window of a node once its input's size is known: one description for convolutions, pools and,
// as a 1 x 1 window, everything that works pixel by pixel.
#pragma once

#include <cstdint>

#include "fcn/graph/graph.hpp"

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
};

/// The window that `op` slides over its inputs (over the first, for a residual the second is read pixel by
/// pixel).
inline Window window_of(const Op& op, const Shape& in) {
  if (const auto* conv = std::get_if<Conv>(&op))
    return {conv->kernel, conv->stride, conv->dilation, conv->pad};
  if (const auto* pool = std::get_if<MaxPool>(&op))
    return {pool->kernel, pool->stride, pool->dilation, pool->pad};
  if (const auto* pool = std::get_if<MaxPoolIndices>(&op))
    return {pool->kernel, pool->stride, {1, 1}, pool->pad};
  if (const auto* pool = std::get_if<AveragePool>(&op))
    return {pool->kernel, pool->stride, pool->dilation, pool->pad};
  if (std::holds_alternative<GlobalAveragePool>(op) || std::holds_alternative<GlobalMaxPool>(op) ||
      std::holds_alternative<GlobalSumPool>(op) || std::holds_alternative<Flatten>(op))
    return {{in.height, in.width}, {1, 1}, {1, 1}, {}};
  return {};
}

}  // namespace fcn::inline FCN_ABI

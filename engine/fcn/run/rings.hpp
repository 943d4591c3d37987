// SPDX-License-Identifier: MIT
// The memory of a run: rings of rows and one row of zeros, in a single arena laid out by the Plan. Rings that
// are in use at different times of a run may lie in the same memory, so each is opened when its use begins.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <limits>
#include <utility>
#include <vector>

#include "fcn/base/aligned_buffer.hpp"
#include "fcn/run/plan.hpp"

namespace fcn::inline FCN_ABI {

class Rings {
 public:
  static Result<Rings> allocate(const Plan& plan) {
    auto arena = AlignedBuffer::allocate(plan.arena_floats(), "feature map rings");
    if (!arena) return std::move(arena).error();
    Rings rings;
    rings.arena_ = *std::move(arena);
    rings.zeros_ = plan.zero_offset();
    rings.scratch_ = plan.scratch_offset();
    rings.scratch_floats_ = plan.scratch_floats();
    return rings;
  }

  /// Begins the use of a ring: its margins are zeros, which nothing overwrites.
  void open(const NodePlan& node, int images) {
    const std::ptrdiff_t left = node.margin_left * node.pixel_stride;
    const std::ptrdiff_t right = (node.margin_left + node.shape.width) * node.pixel_stride;
    float* row = arena_.data() + node.ring_offset;
    for (int i = 0; i < node.ring_rows * images; ++i, row += node.image_stride) {
#if defined(FCN_ENABLE_ASSERTS)  // what a kernel reads before any has written it shows
      std::fill(row + left, row + right, std::numeric_limits<float>::quiet_NaN());
#endif
      if (node.finds_margins) continue;
      set_zero(row, left);
      set_zero(row + right, node.image_stride - right);
    }
  }

  /// Pixel 0 of image 0 in row `r` of the ring that `node` describes.
  [[nodiscard]] float* row(const NodePlan& node, std::int64_t r) {
    FCN_ASSERT(r >= 0 && r < node.shape.height);
    return arena_.data() + node.ring_offset + static_cast<std::size_t>(r % node.ring_rows * node.row_stride) +
           left_margin(node);
  }
  /// A row of zeros, laid out like those of `node`.
  [[nodiscard]] const float* zeros(const NodePlan& node) const {
    return arena_.data() + zeros_ + left_margin(node);
  }

  /// What worker number `worker` may write while it computes.
  [[nodiscard]] float* scratch(int worker) {
    return arena_.data() + scratch_ + static_cast<std::size_t>(worker) * scratch_floats_;
  }

  [[nodiscard]] std::size_t bytes() const {
    return arena_.bytes();
  }

 private:
  static void set_zero(float* to, std::ptrdiff_t floats) {
    std::memset(to, 0, static_cast<std::size_t>(floats) * sizeof(float));  // loops of std::fill took longer
  }
  static std::size_t left_margin(const NodePlan& node) {
    return static_cast<std::size_t>(node.margin_left * node.pixel_stride);
  }

  AlignedBuffer arena_;
  std::size_t zeros_ = 0;
  std::size_t scratch_ = 0;
  std::size_t scratch_floats_ = 0;
};

}  // namespace fcn::inline FCN_ABI

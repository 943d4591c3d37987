// SPDX-License-Identifier: MIT
// The row pointers that a step hands to its kernel: where its output rows lie in the ring, and the input rows
// under each of them. Room for the longest step is taken once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "fcn/kernels/kernel_table.hpp"
#include "fcn/run/phases.hpp"
#include "fcn/run/plan.hpp"
#include "fcn/run/rings.hpp"

namespace fcn::inline FCN_ABI {

class RowPointers {
 public:
  explicit RowPointers(const Plan& plan)
      : window_(plan.most_row_pointers()),
        aside_(plan.most_row_pointers()),
        out_(plan.most_row_pointers()),
        residual_(plan.most_row_pointers()) {}

  /// The rows that the step makes.
  kernels::OutputRows output(Rings& rings, const NodePlan& node, const RowStep& step) {
    for (int r = step.begin; r < step.end; ++r)
      out_[static_cast<std::size_t>(r - step.begin)] = rings.row(node, r);
    return {out_.data(), node.pixel_stride, node.image_stride};
  }

  /// The rows of `from` that each row of the step reads. Outside the map they are rows of zeros, or null for
  /// kernels that skip them.
  kernels::InputRows window(Rings& rings, const NodePlan& node, const NodePlan& from, const RowStep& step,
                            bool pad_with_zeros) {
    const float* outside = pad_with_zeros ? rings.zeros(from) : nullptr;
    std::size_t at = 0;
    for (int r = step.begin; r < step.end; ++r)
      for (int ky = 0; ky < node.window.kernel.y; ++ky)
        window_[at++] = row_at(rings, from, node.window.input_row(r, ky), outside);
    return {window_.data(), from.pixel_stride, from.image_stride};
  }

  // For Winograd, the rows of each row of tiles (phases.hpp has their order). Every image has rows of its
  // own, and the kernel sees column phases as images.

  /// What the rows of tiles read of `from`: rows of zeros outside the map, and where only rows of a tile that
  /// are past the step's last would read, because the schedule does not provide those. `column`: the first
  /// phase's.
  kernels::InputRows tile_window(Rings& rings, const NodePlan& node, const NodePlan& from, int images,
                                 const RowStep& step, int column) {
    const Window& window = node.window;
    const std::int64_t last = window.input_row(step.end - 1, window.kernel.y - 1);
    const std::ptrdiff_t next_phase = window.stride.x * from.pixel_stride;
    std::size_t at = 0;
    for_each_tile_row(node, images, step, [&](int image, int first) {
      const std::ptrdiff_t shift = image * from.image_stride + column * next_phase;
      for (int i = 0; i < node.tile_taps(); ++i) {
        const std::int64_t row = window.input_row(first, i);
        const float* zeros = rings.zeros(from);
        window_[at++] = (row <= last ? row_at(rings, from, row, zeros) : zeros) + shift;
      }
    });
    return {window_.data(), from.pixel_stride * window.dilation.x, next_phase};
  }
  /// The rows that the tiles make, or, of a residual `from` of the same shape, add; null where a tile's row
  /// is past the step's last.
  kernels::OutputRows tile_output(Rings& rings, const NodePlan& node, int images, const RowStep& step,
                                  int column) {
    return tile_rows(rings, node, node, images, step, column, out_);
  }
  kernels::InputRows tile_residual(Rings& rings, const NodePlan& node, const NodePlan& from, int images,
                                   const RowStep& step, int column) {
    const kernels::OutputRows rows = tile_rows(rings, node, from, images, step, column, residual_);
    return {rows.row, rows.pixel_stride, rows.image_stride};
  }

  /// The step's own rows of `from`; if it has only one row, that row repeatedly. A kernel that reads two
  /// inputs may combine this with same_aside() or window(), one that reads many gives each its own `place`
  /// among the pointers.
  kernels::InputRows same(Rings& rings, const NodePlan& from, const RowStep& step, std::size_t place = 0) {
    return fill(rings, from, step, window_.data() + place);
  }
  kernels::InputRows same_aside(Rings& rings, const NodePlan& from, const RowStep& step) {
    return fill(rings, from, step, aside_.data());
  }

  /// For each row of the step `per_row` rows of `from`, number i of row r being place(r, i); null for
  /// kFilled.
  template <class Place>
  kernels::InputRows placed(Rings& rings, const NodePlan& from, const RowStep& step, int per_row,
                            const Place& place) {
    std::size_t at = 0;
    for (int r = step.begin; r < step.end; ++r)
      for (int i = 0; i < per_row; ++i) {
        const int row = place(r, i);
        window_[at++] = row == kFilled ? nullptr : rings.row(from, row);
      }
    return {window_.data(), from.pixel_stride, from.image_stride};
  }

  /// The same with one row each, aside.
  template <class Place>
  kernels::InputRows placed_aside(Rings& rings, const NodePlan& from, const RowStep& step,
                                  const Place& place) {
    for (int r = step.begin; r < step.end; ++r) {
      const int row = place(r, 0);
      aside_[static_cast<std::size_t>(r - step.begin)] = row == kFilled ? nullptr : rings.row(from, row);
    }
    return {aside_.data(), from.pixel_stride, from.image_stride};
  }

  /// Row r / block of `from` for each row r of the step, from the (r % block) * floats-th float of its pixels
  /// on.
  kernels::InputRows within(Rings& rings, const NodePlan& from, const RowStep& step, int block,
                            std::ptrdiff_t floats) {
    for (int r = step.begin; r < step.end; ++r)
      window_[static_cast<std::size_t>(r - step.begin)] = rings.row(from, r / block) + r % block * floats;
    return {window_.data(), from.pixel_stride, from.image_stride};
  }

 private:
  static const float* row_at(Rings& rings, const NodePlan& from, std::int64_t row, const float* outside) {
    return row >= 0 && row < from.shape.height ? rings.row(from, row) : outside;
  }

  static kernels::OutputRows tile_rows(Rings& rings, const NodePlan& node, const NodePlan& of, int images,
                                       const RowStep& step, int column, std::vector<float*>& rows) {
    const Extent phases = node.phases();
    std::size_t at = 0;
    for_each_tile_row(node, images, step, [&](int image, int first) {
      const std::ptrdiff_t shift = image * of.image_stride + column * of.pixel_stride;
      for (int i = 0; i < node.tile().y; ++i) {
        const int row = first + i * phases.y;
        rows[at++] = row < step.end ? rings.row(of, row) + shift : nullptr;
      }
    });
    return {rows.data(), of.pixel_stride * phases.x, of.pixel_stride};
  }

  static kernels::InputRows fill(Rings& rings, const NodePlan& from, const RowStep& step,
                                 const float** rows) {
    for (int r = step.begin; r < step.end; ++r)
      rows[r - step.begin] = rings.row(from, from.shape.height == 1 ? 0 : r);
    return {rows, from.pixel_stride, from.image_stride};
  }

  std::vector<const float*> window_;
  std::vector<const float*> aside_;
  std::vector<float*> out_;
  std::vector<float*> residual_;
};

}  // namespace fcn::inline FCN_ABI

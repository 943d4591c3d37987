// SPDX-License-Identifier: MIT
// What a Plan (plan.hpp) says of one node: its shape, how its rows lie in memory, how many are held and how
// many are made at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "engine/conv_algorithm.hpp"
#include "engine/graph.hpp"
#include "engine/resample.hpp"
#include "engine/window.hpp"

namespace fcn::inline FCN_ABI {

/// How a node's rows lie in memory. The drawing is in kernels/kernel_table.hpp.
struct NodePlan {
  Shape shape;
  Window window;         ///< over the first input
  bool gathers = false;  ///< takes in rows and gives one in the end; else it makes as many as it has
  int step_rows = 1;     ///< steps end at multiples of this many rows
  int most_rows = 0;     ///< most rows made at once
  int ring_rows = 0;     ///< rows held; row r lives in slot r % ring_rows
  int margin_left = 0;   ///< zeroed pixels before each image's row
  int margin_right = 0;  ///< and after
  std::ptrdiff_t pixel_stride = 0;  ///< floats
  std::ptrdiff_t image_stride = 0;
  std::ptrdiff_t row_stride = 0;
  std::size_t ring_offset = 0;      ///< of the ring in the arena, floats
  std::uint64_t multiply_adds = 0;  ///< of the direct algorithm, for one image
  ConvAlgorithm algorithm = ConvAlgorithm::direct;
  std::optional<NodeId> fused_conv;  ///< a max-pool: the convolution that it computes itself
  bool fused = false;  ///< a convolution that its max-pool computes: it has no steps, and its ring is one
                       ///< row, pooled along the row, that the pool carries from step to step
  ColumnTable columns;  ///< of ops that move pixels

  /// Output rows that are made together, at absolute multiples: a tile's height.
  [[nodiscard]] int row_quantum() const { return tile_size(algorithm); }

  [[nodiscard]] std::size_t ring_floats() const {
    return static_cast<std::size_t>(ring_rows) * static_cast<std::size_t>(row_stride);
  }
};

}  // namespace fcn::inline FCN_ABI

// SPDX-License-Identifier: MIT
// The part of a Plan (plan.hpp) about one node: its shape, how its rows lie in memory, how many are held and
// how many are made at once.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "fcn/base/checked.hpp"
#include "fcn/graph/conv_algorithm.hpp"
#include "fcn/graph/graph.hpp"
#include "fcn/graph/resample.hpp"
#include "fcn/graph/window.hpp"

namespace fcn::inline FCN_ABI {

/// The steps of a run, counted from 0, between which a ring holds something.
struct RingUse {
  std::int64_t begin = -1, last = -1;

  void extend(std::int64_t step) {
    if (begin < 0) begin = step;
    last = step;
  }
};

/// How a node's rows lie in memory. The drawing is in fcn/kernels/kernel_table.hpp.
struct NodePlan {
  Shape shape;
  Window window;                    ///< over the first input
  bool gathers = false;             ///< takes in rows and gives a single one at the end
  int step_rows = 1;                ///< steps end at multiples of this many rows
  int most_rows = 0;                ///< most rows made at once
  int ring_rows = 0;                ///< rows held; row r lives in slot r % ring_rows
  int margin_left = 0;              ///< zeroed pixels before each image's row
  int margin_right = 0;             ///< and after
  std::ptrdiff_t pixel_stride = 0;  ///< floats
  std::ptrdiff_t image_stride = 0;
  std::ptrdiff_t row_stride = 0;
  std::size_t ring_offset = 0;         ///< of the ring in the arena, floats
  NodeId ring = 0;                     ///< whose ring it uses: its own, or that of what it overwrites
  std::optional<NodeId> overwritable;  ///< an input that it may write its rows over, as far as shapes tell
  std::optional<NodeId> overwrites;    ///< the same where no other node still reads those rows
  bool finds_margins = false;          ///< the last ring in its memory left zeros where its own margins are
  RingUse use;                         ///< of a ring of its own
  std::uint64_t multiply_adds = 0;     ///< of the direct algorithm, for one image
  ConvAlgorithm algorithm = ConvAlgorithm::direct;
  std::optional<NodeId> fused_conv;  ///< a max-pool: the convolution that it computes itself
  std::optional<NodeId> fused_into;  ///< a convolution: the max-pool that computes it. It has no steps, and
                                     ///< its ring is one row, pooled along the row, that the pool carries on
  ColumnTable columns;               ///< of ops that move pixels

  [[nodiscard]] bool tiled() const { return algorithm != ConvAlgorithm::direct; }
  /// Output rows and columns of a Winograd tile; one each for direct.
  [[nodiscard]] Extent tile() const { return tile_size(algorithm); }
  /// Input rows of a tile.
  [[nodiscard]] int tile_taps() const { return (tile().y - 1) * tile_stride(algorithm) + window.kernel.y; }
  /// Into how many maps the tiles divide the output, along each axis (phases.hpp).
  [[nodiscard]] Extent phases() const {
    const int stride = tile_stride(algorithm);
    return {stride * window.dilation.y / window.stride.y, stride * window.dilation.x / window.stride.x};
  }
  /// Output rows and columns that are made together, at absolute multiples: a tile in every phase.
  [[nodiscard]] Extent quantum() const {
    return tiled() ? Extent{tile().y * phases().y, tile().x * phases().x} : Extent{1, 1};
  }
  [[nodiscard]] int row_quantum() const { return quantum().y; }

  [[nodiscard]] std::size_t ring_floats() const {
    return static_cast<std::size_t>(ring_rows) * static_cast<std::size_t>(row_stride);
  }
};

namespace detail {

/// A step of at most about this many output pixels is long enough that a layer's weights, read once a step,
/// cost little beside the arithmetic, and short enough that the rows it reads and writes are still in cache
/// for the next layer.
inline constexpr int kStepPixels = 960;
/// Workers share a step, and each reads all weights for its share: up to this many lengthen it.
inline constexpr int kStepWorkers = 2;
/// Layers of few weights make fewer pixels if these have many channels: about as many floats as weights, or
/// 128 KiB of them.
inline constexpr std::uint64_t kStepFloats = 32768;
/// Rows the input hands out at once beside steps of kStepPixels, and in proportion beside others.
inline constexpr int kInputStepRows = 8;

/// Pixels of a step that need not save memory.
constexpr int longest_step(int threads) {
  return kStepPixels * std::clamp(threads, 1, kStepWorkers);
}

/// Rows of a step of at most about `step_pixels` for rows of this many pixels. A power of two: strides are,
/// so steps soon repeat in the same rhythm and the rings of a tall picture are those of a low one.
inline std::int64_t step_rows(std::int64_t row_pixels, int step_pixels, const NodePlan& plan) {
  const auto size = [](int value) { return static_cast<std::uint64_t>(value); };
  const std::uint64_t weights = plan.multiply_adds / (size(plan.shape.height) * size(plan.shape.width));
  const std::uint64_t wanted = std::max(weights, kStepFloats) / size(plan.shape.channels);
  const auto pixels = static_cast<std::int64_t>(std::clamp<std::uint64_t>(wanted, 1, size(step_pixels)));
  const auto rows = static_cast<std::uint64_t>(ceil_div(pixels, row_pixels));
  return static_cast<std::int64_t>(std::bit_ceil(rows));
}

}  // namespace detail

}  // namespace fcn::inline FCN_ABI

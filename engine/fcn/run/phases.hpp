// SPDX-License-Identifier: MIT
// How a map is computed whose cells lie closer than its layers were trained for. A 3 x 3 convolution of
// dilation d reads pixels d apart: its map falls into d x d interleaved ones, the *phases*, each of which it
// convolves as if it were not dilated.
//
//   0 1 0 1 0 1 0     the cells of phase 00 are those of the undilated map: the same tiles, computed by the
//   2 3 2 3 2 3 2     same kernel from the same weights, so the same bits. The other phases fill the gaps.
//   0 1 0 1 0 1 0     Nothing is copied: a phase is row pointers d rows apart, and pixels d times as far
//   2 3 2 3 2 3 2     apart (here d = 2)
//
// Only Winograd needs phases, for its tiles; direct convolution and pools take the dilation as it is. A layer
// whose stride was removed keeps tiles of that stride: the cells that it would have made are one phase, and
// the other phases begin at the pixels between. So its output has stride * d phases.
#pragma once

#include <algorithm>
#include <array>

#include "fcn/base/checked.hpp"
#include "fcn/run/node_plan.hpp"
#include "fcn/run/row_schedule.hpp"

namespace fcn::inline FCN_ABI {

/// Column phases first .. first + count - 1, each `width` columns wide: of d phases, phase p has columns p,
/// p + d, p + 2 d, ...
struct ColumnPhases {
  int first = 0;
  int count = 0;
  int width = 0;
};

/// The phases of a row, the wider ones first; those of equal width can run side by side, as images of a batch
/// do. The second may be empty.
constexpr std::array<ColumnPhases, 2> column_phases(int width, int phases) {
  const int narrow = width / phases, wider = width % phases;
  if (wider == 0) return {{{0, phases, narrow}, {}}};
  return {{{0, wider, narrow + 1}, {wider, narrow == 0 ? 0 : phases - wider, narrow}}};
}

/// The convolution that the tiles of each phase compute, as kernels see it.
inline kernels::ConvShape phase_shape(const NodePlan& node, kernels::ConvShape shape) {
  shape.stride_y = shape.stride_x = tile_stride(node.algorithm);
  shape.pad_left /= node.window.dilation.x;
  shape.dilation_y = shape.dilation_x = 1;
  return shape;
}

/// Where the input columns that whole tiles of all phases read come to an end, past the map's edge too. Along
/// rows, kernels read a cache line from each pixel.
inline int past_tiles(const NodePlan& node) {
  const int phases = node.phases().x;
  const Window& window = node.window;
  const int columns = round_up(ceil_div(node.shape.width, phases), node.tile().x) * phases;
  const int spare = node.algorithm == ConvAlgorithm::rowwise ? kernels::kChannelQuantum : 0;
  return (columns - 1) * window.stride.x + (window.kernel.x - 1) * window.dilation.x + 1 - window.pad.left +
         spare;
}

/// f(image, first) for every row of tiles of a step, in the order in which the kernel gets them. Its output
/// rows are first, first + p, first + 2 p, ... for p row phases, as far as they are the step's.
template <class F>
void for_each_tile_row(const NodePlan& node, int images, const RowStep& step, const F& f) {
  const int phases = node.phases().y;
  for (int image = 0; image < images; ++image)
    for (int block = step.begin; block < step.end; block += node.row_quantum())
      for (int first = block; first < std::min(block + phases, step.end); ++first) f(image, first);
}

}  // namespace fcn::inline FCN_ABI

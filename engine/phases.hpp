// SPDX-License-Identifier: MIT
// How a map is run whose cells lie closer than its layers were made for. A 3 x 3 convolution of dilation d
// reads pixels d apart: its map falls into d x d interleaved ones, the *phases*, each of which it convolves
// as if it were not dilated.
//
//   0 1 0 1 0 1 0     the cells of phase 00 are those of the undilated map. They are computed with the same
//   tiles 2 3 2 3 2 3 2     by the same kernel from the same weights, so they have the same bits; the other
//   phases fill 0 1 0 1 0 1 0     the gaps. Nothing is copied: a phase is row pointers d rows apart, and
//   pixels d times as 2 3 2 3 2 3 2     far apart. (d = 2)
//
// Only Winograd needs phases, for its tiles; direct convolution and pools take the dilation as it is.
#pragma once

#include <algorithm>
#include <array>

#include "engine/checked.hpp"
#include "engine/node_plan.hpp"
#include "engine/row_schedule.hpp"

namespace fcn::inline FCN_ABI {

/// Column phases first .. first + count - 1, each `width` columns wide: phase p has columns p, p + d, p + 2
/// d,
/// ...
struct ColumnPhases {
  int first = 0;
  int count = 0;
  int width = 0;
};

/// The phases of a row, the wider ones first; those of equal width can run side by side, as images of a batch
/// do. The second may be empty.
constexpr std::array<ColumnPhases, 2> column_phases(int width, int dilation) {
  const int narrow = width / dilation, wider = width % dilation;
  if (wider == 0) return {{{0, dilation, narrow}, {}}};
  return {{{0, wider, narrow + 1}, {wider, narrow == 0 ? 0 : dilation - wider, narrow}}};
}

/// f(image, first) for every row of tiles of a step, in the order in which the kernel gets them. Its output
/// rows are first, first + d, first + 2 d, ..., as far as they are the step's.
template <class F>
void for_each_tile_row(const NodePlan& node, int images, const RowStep& step, const F& f) {
  const int dilation = node.window.dilation.y;
  for (int image = 0; image < images; ++image)
    for (int block = step.begin; block < step.end; block += node.row_quantum())
      for (int first = block; first < std::min(block + dilation, step.end); ++first) f(image, first);
}

}  // namespace fcn::inline FCN_ABI

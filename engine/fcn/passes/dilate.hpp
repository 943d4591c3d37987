// SPDX-License-Identifier: MIT
// A denser map without retraining ("a trous": Chen et al., "DeepLab", 2017): the strides behind a given one
// are removed, and every layer behind a removed stride is dilated by it, so that it goes on reading the cells
// that it was trained to read. All cells of the network's own map are among those of the dense one, every
// d-th along each axis, and come from the same operations on the same numbers.
//
//   stride   8 -> conv /2 -> 16 -> conv -> conv /2 -> 32 -> conv -> pool      own
//            8 -> conv    ->  8 -> conv 2d -> conv 2d -> 8 -> conv 4d -> pool 4d     output stride 8
//
// A layer whose stride is removed keeps the dilation of the layers before it. What would not give the same
// numbers is refused with the node's name: pools over the whole map, which would see other cells, and
// ops that work on neighbours without being a window.
#pragma once

#include <vector>

#include "fcn/graph/geometry.hpp"
#include "fcn/graph/graph.hpp"
#include "fcn/limits.hpp"
#include "fcn/result.hpp"

namespace fcn::inline FCN_ABI::passes {

/// Rewrites an FCN so that its map, but for the stride of the classifier's pool, has a cell every
/// `output_stride` pixels. `shapes` and `own` are those of the graph as it is, for the picture that will run.
/// Nodes keep their ids and weights. ErrorCode::invalid_argument if it cannot be done.
Status dilate(Graph& graph, const std::vector<Shape>& shapes, const std::vector<MapGeometry>& own,
              int output_stride, const Limits& limits);

}  // namespace fcn::inline FCN_ABI::passes

#ifndef FCN_COMPILED
#include "fcn/passes/dilate_inl.hpp"
#endif

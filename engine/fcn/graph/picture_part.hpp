// SPDX-License-Identifier: MIT
// A part of a picture: which cells of the whole picture's map it has, and which pixels have to run so that
// these cells get the bits that a run of the whole picture gives them. Not here: running them (run/plan.hpp).
//
//   picture   . . . [ margin | the part  | margin ] . . .    the margins hold all that the cells look at, and
//   map       . . .   x x x  | o o o o o |  x x     . . .    begin where no layer's strides and tiles move
//
// What a margin's own cells (x) get is wrong where a layer pads the run's edges, and is cut off.
#pragma once

#include <vector>

#include "fcn/graph/geometry.hpp"
#include "fcn/graph/graph.hpp"
#include "fcn/model_info.hpp"
#include "fcn/result.hpp"

namespace fcn::inline FCN_ABI {

/// Along one axis.
struct PartAxis {
  int first_pixel = 0;  ///< of the picture, to run
  int pixels = 0;
  int first_cell = 0;  ///< of the whole picture's map
  int cells = 0;
  int margin_cells = 0;  ///< of the run's map, before the first
};

struct PicturePart {
  PartAxis y;
  PartAxis x;
};

/// What a part follows from.
struct PartRequest {
  const Graph& graph;  ///< as it runs
  const ModelInfo& info;
  const std::vector<Shape>& shapes;   ///< of a run of the whole picture
  const std::vector<Extent>& quanta;  ///< of each node, the rows and columns that are made together
  const MapGeometry& geometry;        ///< of the whole picture's map
  Shape map;                          ///< its cells
  Extent picture;
  PixelRect part;
};

/// A cell belongs to the part that has the pixel of its centre, or of the picture the pixel that is nearest
/// to it: parts that cover a picture without overlap have each cell once. Errors: invalid_argument for a part
/// that is not inside the picture, too_small for one without a cell, unsupported for a network in which cells
/// depend on the whole picture.
Result<PicturePart> find_part(const PartRequest& request);

}  // namespace fcn::inline FCN_ABI

#ifndef FCN_COMPILED
#include "fcn/graph/picture_part_inl.hpp"
#endif

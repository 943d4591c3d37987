// SPDX-License-Identifier: MIT
// Networks without a classifier's head, which score every place of their map as they are: no pool or flatten
// makes one cell of it. Not here: those that score pixels (pixel_model.hpp).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fcn/graph/graph.hpp"

namespace fcn::tools {

/// The window on which such a network gives a single cell: `window`, on which its shapes are `shapes` and its
/// map has several, without the strides of the others. Nothing if there is none, or if the network only fits
/// some sizes in between.
std::optional<Extent> window_of_one_cell(const Graph& graph, const std::vector<Shape>& shapes, Extent window);

/// What the export says of it.
std::string headless_note(const Shape& map, Extent window, Extent cell);

}  // namespace fcn::tools

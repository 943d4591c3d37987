// SPDX-License-Identifier: MIT
// Networks that label every pixel: how they differ from classifiers, and what makes one that was trained at
// one size work on pictures of any size; and those without a head that score cells, not pixels. Not here:
// running one (fcn/run/plan.hpp, fcn/session.hpp).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fcn/graph/graph.hpp"
#include "fcn/model_info.hpp"
#include "fcn/result.hpp"

namespace fcn::tools {

/// Whether a network that gives such a map on its window scores each pixel, or each place of a fine grid of
/// them.
bool labels_pixels(const Shape& map, Extent window);

/// Enlarges a grid's scores to the picture's size, as training code does before comparing them with
/// labels; `notes` says so. A map of all pixels stays as it is.
Status enlarge_map(Graph& graph, const Shape& map, Extent window, std::vector<std::string>& notes);

/// Sets kind and size_multiple of a network whose map covers its window. An Error if it works on that size
/// only.
Status describe_pixel_model(const Graph& graph, ModelInfo& info);

/// Flattens and linear layers that gate a map by a pool of the whole of it become 1 x 1 convolutions.
Status convert_gates(Graph& graph, const ModelInfo& info);

/// A small picture that such a network accepts, on which it runs quickly.
Extent small_picture(const Graph& graph, const ModelInfo& info);

/// The window on which a network without a head gives a single cell: `window`, on which its shapes are
/// `shapes` and its map has several, without the strides of the others. Nothing if there is none, or if the
/// network only fits some sizes in between.
std::optional<Extent> window_of_one_cell(const Graph& graph, const std::vector<Shape>& shapes, Extent window);

/// What the export says of it.
std::string headless_note(const Shape& map, Extent window, Extent cell);

}  // namespace fcn::tools

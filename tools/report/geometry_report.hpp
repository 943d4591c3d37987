// SPDX-License-Identifier: MIT
// The report of --explain-geometry: how the cells of a map relate to pixels, layer by layer and for the whole
// map, in words for 80 columns or as a line of JSON. The numbers come from fcn/graph/geometry.hpp and
// original_frame.hpp; nothing is run.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fcn/run/plan.hpp"
#include "tools/pictures/original_frame.hpp"
#include "tools/pictures/picture_page.hpp"

namespace fcn::tools {

/// Where the cells of one layer lie.
struct LayerGeometry {
  std::string name;  ///< from the model file: escape it before showing it
  std::string op;
  Shape shape;
  MapGeometry geometry;
};

struct GeometryReport {
  std::string image;  ///< as the user named it; empty for a size alone
  std::string model;  ///< the model file's name, without folders
  int pool_stride = 1;
  PageChoice page;
  OriginalFrame frame;
  Shape map;
  MapGeometry geometry;               ///< the map's
  std::vector<LayerGeometry> layers;  ///< all; the first is the input
};

/// Without `image`, `model` and `pool_stride`, which the plan does not know.
GeometryReport geometry_report(const Plan& plan, const OriginalFrame& frame);

/// Why cells look beside the middle of their windows: the share of each halving of the feature map (or other
/// stride), in pixels along x, from the input on. Empty if these do not add up to the whole, as in
/// networks whose layers do not keep windows and strides aligned.
std::vector<double> window_offsets(const GeometryReport& report);

/// Newline included. Text from files is escaped.
std::string geometry_text(const GeometryReport& report);

/// One line without a newline, schema "fcn-infer-geometry/1".
std::string geometry_json(const GeometryReport& report);

}  // namespace fcn::tools

// SPDX-License-Identifier: MIT
// From the pixels that ran to the map: back to the pixels of the file, then by its georeference.
#pragma once

#include <array>

#include "tools/pictures/geo/georeference.hpp"
#include "tools/pictures/original_frame.hpp"

namespace fcn::tools {

struct MapFrame {
  OriginalFrame frame;
  Georeference georeference;

  /// Where a place of the picture that ran lies.
  [[nodiscard]] MapPoint point(const PixelPoint& run) const {
    const PixelPoint stored = frame.point(run);
    return georeference.at(stored.x, stored.y);
  }
  /// The corners of a box of the picture that ran, clockwise as the picture is seen, from its upper left.
  [[nodiscard]] std::array<MapPoint, 4> corners(const PixelBox& run) const {
    const double left = run.x - 0.5, top = run.y - 0.5;
    const double right = left + run.width, bottom = top + run.height;
    return {point({left, top}), point({right, top}), point({right, bottom}), point({left, bottom})};
  }
};

}  // namespace fcn::tools

// SPDX-License-Identifier: MIT
// Which regions a run lists (fcn/maps/regions.hpp finds them).
#pragma once

#include <optional>

namespace fcn::tools {

enum class RegionKind {
  none,
  shown,    ///< of the predicted class, or of those asked for
  all,      ///< of every class that reaches the threshold
  tutorial  ///< of the shown classes, one each: the box that the OpenCV tutorials would draw
};

struct RegionRequest {
  RegionKind kind = RegionKind::none;
  double threshold = 0.25;  ///< in the unit of the map's scores
  bool contours = false;
  std::optional<double> nms;  ///< drop a region whose box overlaps a better one's by more than this IoU
};

}  // namespace fcn::tools

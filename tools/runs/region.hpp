// SPDX-License-Identifier: MIT
// A connected region of a class's map on the picture: what is asked for and what is found. Finding them is
// regions.hpp's.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace fcn::tools {

struct ContourPoint {
  int x = 0;
  int y = 0;
  friend bool operator==(const ContourPoint&, const ContourPoint&) = default;
};

/// Pixels that touch, by edges or corners, of at least the threshold. In pixels of the picture that ran.
struct Region {
  int class_id = 0;
  int x = 0;  ///< of the box that bounds it: first pixel and size
  int y = 0;
  int width = 0;
  int height = 0;
  std::int64_t area = 0;  ///< its pixels, without holes
  float peak = 0;         ///< the highest score, between cells as on them
  double mean = 0;        ///< of its pixels' scores
  /// Outer border, if asked for: counter-clockwise from the first pixel of its first row, the ends of
  /// straight stretches only.
  std::vector<ContourPoint> contour;
};

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

// SPDX-License-Identifier: MIT
// Where classes score at least a threshold: connected regions of a picture, as boxes and, if asked for,
// contours. The map is enlarged and searched row by row, so a picture of any height takes the memory of a few
// rows; contours add a bit for each pixel. Not here: which classes are of interest (the caller chooses).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "fcn/maps/contour.hpp"
#include "fcn/maps/placed_map.hpp"
#include "fcn/result.hpp"

namespace fcn::inline FCN_ABI {
namespace maps {

/// Pixels that touch, by edges or corners, of at least the threshold. In pixels of the picture that ran.
struct Region {
  int class_id = 0;       ///< whose scores it holds
  int x = 0;              ///< left of the box that bounds it
  int y = 0;              ///< top of the box
  int width = 0;          ///< of the box
  int height = 0;         ///< of the box
  std::int64_t area = 0;  ///< its pixels, without holes
  float peak = 0;         ///< the highest score, between cells as on them
  double mean = 0;        ///< of its pixels' scores
  /// Outer border, if asked for: counter-clockwise from the first pixel of its first row, the ends of
  /// straight stretches only.
  std::vector<ContourPoint> contour;
};

/// Which regions find_regions() looks for.
struct RegionRequest {
  double threshold = 0.25;  ///< in the unit of the map's scores; compared in float32
  bool above = false;       ///< only scores above the threshold, as cv2.threshold; otherwise those at it, too
  Placement placement = Placement::centers;  ///< of the map on the picture
  bool contours = false;                     ///< also Region::contour
  std::optional<double> nms =
      std::nullopt;            ///< drop a region whose box overlaps a better one's by more than this IoU
  bool first_contour = false;  ///< of each class only the region whose contour cv2.findContours lists first
                               ///< (RETR_EXTERNAL, OpenCV 4.6), or none

  /// The one box a class that the OpenCV tutorials draw: stretched map, above the threshold, first contour.
  static RegionRequest tutorial(double threshold) {
    return {.threshold = threshold, .above = true, .placement = Placement::stretch, .first_contour = true};
  }
  /// Whether a score reaches the threshold.
  [[nodiscard]] bool holds(float score) const {
    const auto bound = static_cast<float>(threshold);
    return above ? score > bound : score >= bound;
  }
};

/// The default threshold: a class that competes with others seldom reaches a half at its edge; an independent
/// one is more likely than not from a half on.
inline double usual_threshold(ScoreActivation activation) {
  return activation == ScoreActivation::sigmoid ? 0.5 : 0.25;
}

/// The regions of `classes` on a picture of this size, best peak first; of equal peaks the larger one, then
/// the one of the smaller class id, then the upper left one. ErrorCode::invalid_argument for a class that the
/// map does not have, an empty picture, or a threshold or overlap that is NaN; limit_exceeded if a class
/// breaks into more than 100,000 pieces (the threshold then lies in noise), or if a side of the picture is
/// longer than 2^24 pixels; out_of_memory if there is no memory for contours.
Result<std::vector<Region>> find_regions(const ScoreMap& map, std::span<const int> classes, Size picture,
                                         const RegionRequest& request = {});

/// The same of every class but the background.
Result<std::vector<Region>> find_regions(const ScoreMap& map, Size picture,
                                         const RegionRequest& request = {});

/// Bytes that find_regions() holds, as MemoryCount counts them.
std::uint64_t region_bytes(const RegionRequest& request, Size picture);

/// Overlap of two boxes over what both cover; 0 if both are empty.
double intersection_over_union(const Region& a, const Region& b);

/// Greedy non-maximum suppression across classes: of `regions`, best first, keeps those that no better kept
/// one overlaps by more than `most`.
void suppress_overlaps(std::vector<Region>& regions, double most);

}  // namespace maps
}  // namespace fcn::inline FCN_ABI

#ifndef FCN_COMPILED
#include "fcn/maps/regions_inl.hpp"
#endif

// SPDX-License-Identifier: MIT
// The regions of a result: where classes score at least a threshold, as boxes and, if asked for, contours.
// The map is enlarged and searched row by row, so a picture of any height takes the memory of a few rows.
#pragma once

#include <cstdint>
#include <vector>

#include "fcn/result.hpp"
#include "tools/runs/placed_map.hpp"
#include "tools/runs/region.hpp"
#include "tools/runs/run_report.hpp"

namespace fcn::tools {

/// The threshold where none is asked for: a class that others compete with seldom reaches a half at its edge,
/// one by itself is likelier there than not from a half on.
inline double usual_threshold(ScoreActivation activation) {
  return activation == ScoreActivation::sigmoid ? 0.5 : 0.25;
}

/// Which pixels of an enlarged map belong to a region.
struct RegionRule {
  Placement placement = Placement::centers;
  float threshold = 0;
  bool above = false;  ///< above the threshold, as cv2.threshold; else at it, too

  /// The report's: the tutorials stretch and compare strictly whatever --placement says.
  static RegionRule of(const RunReport& report);
  [[nodiscard]] bool holds(float score) const { return above ? score > threshold : score >= threshold; }
};

/// The classes whose regions the report asks for; never the background unless it was asked for by name.
std::vector<int> region_classes(const RunReport& report);

/// Best peak first. ErrorCode::limit_exceeded if a class breaks into more
/// than 100,000 pieces: the threshold lies in noise then.
Result<std::vector<Region>> find_regions(const RunReport& report);

/// Puts the regions that a report asks for into it.
Status add_regions(RunReport& report);

/// The one box that the tutorials draw for a class: stretched map, above the threshold, boundingRect of
/// findContours' first contour (RETR_EXTERNAL, OpenCV 4.6); empty if nothing is above.
Result<std::vector<Region>> tutorial_region(const ScoreMap& map, int class_id, const PictureSize& size,
                                            double threshold);

/// Bytes that find_regions() holds, as MemoryCount counts them: contours need a bit for each pixel.
std::uint64_t region_bytes(const RegionRequest& request, const PictureSize& size);

/// Overlap of two boxes over what both cover.
double intersection_over_union(const Region& a, const Region& b);

/// Greedy non-maximum suppression across classes: of `regions`, best first, keeps those that no better kept
/// one overlaps by more than `most`.
void suppress_overlaps(std::vector<Region>& regions, double most);

}  // namespace fcn::tools

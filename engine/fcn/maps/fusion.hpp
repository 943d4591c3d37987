// SPDX-License-Identifier: MIT
// Fuses several score maps of one picture, whose cells lie at different distances, into one. Not here:
// running a picture at several scales (the caller does).
#pragma once

#include <vector>

#include "fcn/result.hpp"
#include "fcn/score_map.hpp"

namespace fcn::inline FCN_ABI {
namespace maps {

/// What a cell of the fused map holds: the largest of the maps' scores there, or their mean.
enum class Fuse { max, mean };

/// The fused map has the cells of the map that comes first. Each other map is read at the centres of these
/// cells, by bilinear interpolation between the centres of its own. A map counts in the area of its cells
/// only: up to half a stride beyond its outermost centres, where the outermost cells' scores hold. Beyond
/// that it is left out, so that a coarse map's border does not spread over places that it never saw.
class MapFusion {
 public:
  /// `fused` gets the scores of `first`, placed by `geometry`. It must outlive this; its peaks are found by
  /// finish(). ErrorCode::invalid_argument if `first` has no scores or `geometry` no positive stride;
  /// limit_exceeded and out_of_memory as ScoreMap::reset().
  static Result<MapFusion> begin(Fuse fuse, const ScoreMap& first, const MapGeometry& geometry,
                                 ScoreMap& fused);

  /// Adds a map of the same classes and kind, whose cells lie where `geometry` says;
  /// ErrorCode::invalid_argument for any other map.
  Status add(const ScoreMap& map, const MapGeometry& geometry);

  /// Divides a mean by the number of maps that count in each cell, and finds the best cell of each class: the
  /// probability there, for logits what the activation makes of them.
  void finish();

 private:
  /// What one place along an axis reads of a map: cells `low` and `low` + 1, or `low` alone if `share` is 0.
  struct Reading {
    bool within = false;
    int low = 0;
    double share = 0;  ///< of cell low + 1
  };

  MapFusion(Fuse fuse, ScoreMap& fused);
  static std::vector<Reading> readings(const AxisGeometry& places, int count, const AxisGeometry& axis,
                                       int cells);
  void take_in(const ScoreMap& map, const Reading& row, const Reading& col, float* cell) const;

  Fuse fuse_;
  ScoreMap* fused_;
  std::vector<int> counts_;  ///< maps that count in each cell
};

}  // namespace maps
}  // namespace fcn::inline FCN_ABI

#ifndef FCN_COMPILED
#include "fcn/maps/fusion_inl.hpp"
#endif

// SPDX-License-Identifier: MIT
// --scales: one picture run at several sizes, so that a classifier whose window is of one size finds things
// of several. Each scale is the picture resized by resize.hpp (antialiased); their maps become one by
// fcn/maps/fusion.hpp. Shown by scale_report.hpp.
#pragma once

#include <string_view>
#include <vector>

#include "fcn/maps/fusion.hpp"
#include "fcn/result.hpp"
#include "fcn/score_map.hpp"
#include "fcn/session.hpp"
#include "tools/pictures/picture.hpp"
#include "tools/pictures/resize.hpp"

namespace fcn::tools {

/// "0.5,0.71,1": different numbers from 0.01 to 100, at most 32 of them.
Result<std::vector<double>> parse_scales(std::string_view text);

/// Both sides times `scale`, rounded to the nearest pixel, at least one.
PictureSize scaled_size(PictureSize size, double scale);

struct ScaleRun {
  double scale = 1;
  PictureSize size;      ///< of the scaled picture
  bool skipped = false;  ///< smaller than the model's window: the members below have no meaning
  int rows = 0;          ///< of its map
  int cols = 0;
  MapGeometry geometry;     ///< in the pixels of the picture as it was given
  std::vector<Peak> peaks;  ///< of each class, in the cells of this scale's own map
};

struct ScaleReport {
  maps::Fuse fuse = maps::Fuse::max;
  std::vector<ScaleRun> scales;  ///< as they were asked for
  std::vector<std::size_t>
      best;  ///< for each class, which of the scales has its highest peak; of equals the finest
  double resize_ms = 0;
  double plan_ms = 0;
  double infer_ms = 0;  ///< fusing included
};

/// A scaled picture's geometry in the pixels of the picture it was made from: the edges of both coincide.
MapGeometry unscaled(const MapGeometry& geometry, PictureSize scaled, PictureSize given);

/// Runs the picture at each scale, the finest first, and fuses the maps on the finest's cells into `fused`,
/// whose geometry is in the pixels of `picture`. ErrorCode::too_small if the window of `model` fits into
/// none, ErrorCode::limit_exceeded if a scaled picture is too large.
Result<ScaleReport> run_scales(const Model& model, Session& session, const Picture& picture,
                               const std::vector<double>& scales, maps::Fuse fuse, ScoreMap& fused);

}  // namespace fcn::tools

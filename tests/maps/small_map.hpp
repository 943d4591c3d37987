// SPDX-License-Identifier: MIT
// Small score maps with known numbers.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "fcn/score_map.hpp"

namespace fcn::test {

/// One cell every 32 pixels from (32, 32), windows of 96.
inline MapGeometry small_geometry() {
  MapGeometry geometry;
  geometry.x = {32, 32, 435};
  geometry.y = {32, 32, 435};
  geometry.window = {96, 96};
  return geometry;
}

/// Sets the scores of a class, row by row, and its peak.
inline void set_scores(ScoreMap& map, int id, const std::vector<float>& scores) {
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const int row = static_cast<int>(i) / map.cols(), col = static_cast<int>(i) % map.cols();
    map.cell(row, col)[id] = scores[i];
    Peak& peak = map.peaks()[static_cast<std::size_t>(id)];
    if (i == 0 || scores[i] > peak.probability) peak = {scores[i], row, col};
  }
}

/// Each vector holds the scores of a class, row by row.
inline ScoreMap small_map(int rows, int cols, const std::vector<std::vector<float>>& classes,
                          ScoreKind kind = ScoreKind::probabilities,
                          const MapGeometry& geometry = small_geometry()) {
  auto map = *ScoreMap::create({static_cast<int>(classes.size()), rows, cols}, kind, geometry, 0);
  for (std::size_t id = 0; id < classes.size(); ++id) set_scores(map, static_cast<int>(id), classes[id]);
  return map;
}

/// Two classes beside a background on 2 x 3 cells: what a picture of 160 x 128 pixels could give.
inline ScoreMap bag_and_boot() {
  return small_map(2, 3,
                   {{0.9F, 0.2F, 0.7F, 0.4F, 0.05F, 0.95F},
                    {0.1F, 0.7F, 0.2F, 0.1F, 0.05F, 0.05F},
                    {0.0F, 0.1F, 0.1F, 0.5F, 0.9F, 0.0F}});
}

}  // namespace fcn::test

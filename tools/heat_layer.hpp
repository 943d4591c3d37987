// SPDX-License-Identifier: MIT
// One class's scores as a colour layer over a picture, each cell where the network looked, not the map
// stretched over the image.
#pragma once

#include "engine/score_map.hpp"
#include "tools/picture.hpp"

namespace fcn::tools {

/// What a score looks like: `low` is clear, `high` is the end of the colour scale.
struct HeatScale {
  double low = 0;
  double high = 1;
  [[nodiscard]] double heat(double score) const { return high > low ? (score - low) / (high - low) : 0; }
};

/// Probabilities always run from 0 to 1, so that pictures compare and a class that is nowhere stays dark;
/// logits run from the worst cell's to the best one's.
HeatScale heat_scale(const ScoreMap& map, int class_id);

/// Draws the layer over a picture that is `enlarged` times the one that ran. Between the centres of cells
/// scores are interpolated; beyond half a cell's stride from the outermost centres nothing is known and the
/// picture is dimmed.
void draw_heat(Picture& picture, int enlarged, const ScoreMap& map, int class_id);

}  // namespace fcn::tools

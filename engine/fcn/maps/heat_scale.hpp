// SPDX-License-Identifier: MIT
// How strongly a score should show where a class's map is drawn as heat. Not here: colours.
#pragma once

#include "fcn/score_map.hpp"

namespace fcn::inline FCN_ABI {
namespace maps {

/// `low` shows nothing, `high` is the end of the colour scale.
struct HeatScale {
  double low = 0;   ///< in the unit of the map's scores
  double high = 1;  ///< likewise
  /// 0 at `low`, 1 at `high`, below and above beyond them; NaN for NaN.
  [[nodiscard]] double heat(double score) const { return high > low ? (score - low) / (high - low) : 0; }
};

/// For probabilities always from 0 to 1, so that pictures are comparable and an absent class stays dark; for
/// logits from the worst cell's to the best one's, NaN apart, or the default if there is none.
HeatScale heat_scale(const ScoreMap& map, int class_id);

}  // namespace maps
}  // namespace fcn::inline FCN_ABI

#ifndef FCN_COMPILED
#include "fcn/maps/heat_scale_inl.hpp"
#endif

// SPDX-License-Identifier: MIT
// Definitions of heat_scale.hpp.
#pragma once

#include <algorithm>
#include <limits>

#include "fcn/maps/heat_scale.hpp"

namespace fcn::inline FCN_ABI {
namespace maps {

FCN_INLINE HeatScale heat_scale(const ScoreMap& map, int class_id) {
  if (map.kind() == ScoreKind::probabilities) return {};
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  HeatScale scale{kInfinity, -kInfinity};
  for (int row = 0; row < map.rows(); ++row) {
    for (int col = 0; col < map.cols(); ++col) {
      const auto score = static_cast<double>(map.at(class_id, row, col));
      scale.low = std::min(scale.low, score);  // std::min(a, NaN) is a
      scale.high = std::max(scale.high, score);
    }
  }
  return scale.low <= scale.high ? scale : HeatScale{};
}

}  // namespace maps
}  // namespace fcn::inline FCN_ABI

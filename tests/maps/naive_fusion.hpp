// SPDX-License-Identifier: MIT
// Fusing maps as a float64 sum of hat functions: the truth that MapFusion is compared with.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <vector>

#include "fcn/maps/fusion.hpp"

namespace fcn::test {

/// A map in float64 and where its cells lie.
struct NaiveMap {
  int classes = 0, rows = 0, cols = 0;
  AxisGeometry y, x;
  std::vector<float> scores;  ///< classes x rows x cols

  [[nodiscard]] double at(int id, int row, int col) const {
    return static_cast<double>(scores[static_cast<std::size_t>((id * rows + row) * cols + col)]);
  }

  /// The score at a place of the picture, or nothing where no cell's area is: the sum of all cells, each
  /// under a hat that reaches to its neighbours' centres.
  [[nodiscard]] std::optional<double> read(int id, double place_y, double place_x) const {
    double v = (place_y - y.first_center) / y.stride, u = (place_x - x.first_center) / x.stride;
    constexpr double kRounding = 1e-9;
    if (v < -0.5 - kRounding || v > rows - 0.5 + kRounding || u < -0.5 - kRounding ||
        u > cols - 0.5 + kRounding)
      return std::nullopt;
    v = std::min(std::max(v, 0.0), rows - 1.0);
    u = std::min(std::max(u, 0.0), cols - 1.0);
    double sum = 0;
    for (int row = 0; row < rows; ++row)
      for (int col = 0; col < cols; ++col)
        sum += at(id, row, col) * std::max(0.0, 1 - std::abs(v - row)) * std::max(0.0, 1 - std::abs(u - col));
    return sum;
  }
};

/// What all[0]'s cells hold after fusing.
inline double fused_truth(const std::vector<NaiveMap>& all, maps::Fuse fuse, int id, int row, int col) {
  const double y = all[0].y.first_center + row * all[0].y.stride;
  const double x = all[0].x.first_center + col * all[0].x.stride;
  double largest = -std::numeric_limits<double>::infinity(), sum = 0;
  int voices = 0;
  for (const NaiveMap& map : all)
    if (const auto score = map.read(id, y, x)) {
      largest = std::max(largest, *score);
      sum += *score;
      ++voices;
    }
  return fuse == maps::Fuse::max ? largest : sum / voices;
}

}  // namespace fcn::test

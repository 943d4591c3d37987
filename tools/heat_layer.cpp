// SPDX-License-Identifier: MIT
// Bilinear interpolation of a score map at its cells' true centres, and how strongly it covers the picture.
#include "tools/heat_layer.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "tools/drawing.hpp"

namespace fcn::tools {
namespace {

// The picture under the layer is drained of most of its colour and a little darker, so that only the layer
// glows.
constexpr double kDrained = 0.8;
constexpr double kShade = 0.8;
constexpr double kShadeOutside = 0.45;
constexpr double kMostCover = 0.72;

/// A position between two neighbouring cells along one axis; `inside` the reach of the map or beyond.
struct Place {
  int cell = 0;
  int next = 0;
  double share = 0;  // of `next`
  bool inside = false;
};

Place place_of(int pixel, int enlarged, const AxisGeometry& axis, int cells) {
  const double original = (pixel + 0.5) / enlarged - 0.5;
  const double at = (original - axis.first_center) / axis.stride;
  const double held = std::clamp(at, 0.0, static_cast<double>(cells - 1));
  const int cell = static_cast<int>(held);
  return {cell, std::min(cell + 1, cells - 1), held - cell, at >= -0.5 && at <= cells - 0.5};
}

void dim(std::uint8_t* pixel, double shade) {
  const double grey = 0.299 * pixel[0] + 0.587 * pixel[1] + 0.114 * pixel[2];
  for (int i = 0; i < 3; ++i)
    pixel[i] = static_cast<std::uint8_t>(std::lround(shade * (grey * kDrained + pixel[i] * (1 - kDrained))));
}

}  // namespace

HeatScale heat_scale(const ScoreMap& map, int class_id) {
  if (map.kind() == ScoreKind::probabilities) return {0, 1};
  HeatScale scale{static_cast<double>(map.at(class_id, 0, 0)), static_cast<double>(map.at(class_id, 0, 0))};
  for (int row = 0; row < map.rows(); ++row) {
    for (int col = 0; col < map.cols(); ++col) {
      const auto score = static_cast<double>(map.at(class_id, row, col));
      scale.low = std::min(scale.low, score);
      scale.high = std::max(scale.high, score);
    }
  }
  return scale;
}

void draw_heat(Picture& picture, int enlarged, const ScoreMap& map, int class_id) {
  const HeatScale scale = heat_scale(map, class_id);
  std::vector<Place> columns;
  columns.reserve(static_cast<std::size_t>(picture.width));
  for (int x = 0; x < picture.width; ++x)
    columns.push_back(place_of(x, enlarged, map.geometry().x, map.cols()));
  std::vector<double> scores(static_cast<std::size_t>(map.cols()));  // of the cells at this row of pixels
  for (int y = 0; y < picture.height; ++y) {
    const Place row = place_of(y, enlarged, map.geometry().y, map.rows());
    for (int col = 0; col < map.cols(); ++col) {
      const double above = static_cast<double>(map.at(class_id, row.cell, col));
      const double below = static_cast<double>(map.at(class_id, row.next, col));
      scores[static_cast<std::size_t>(col)] = above + (below - above) * row.share;
    }
    std::uint8_t* pixel = picture.row(y);
    for (int x = 0; x < picture.width; ++x, pixel += 3) {
      const Place& col = columns[static_cast<std::size_t>(x)];
      const bool inside = row.inside && col.inside;
      dim(pixel, inside ? kShade : kShadeOutside);
      if (!inside) continue;
      const double left = scores[static_cast<std::size_t>(col.cell)];
      const double right = scores[static_cast<std::size_t>(col.next)];
      const double heat = std::clamp(scale.heat(left + (right - left) * col.share), 0.0, 1.0);
      if (!(heat > 0)) continue;
      // The square root keeps a tenth of the best score visible.
      blend_pixel(picture, x, y, heat_colour(0.15 + 0.85 * heat), kMostCover * std::sqrt(heat));
    }
  }
}

}  // namespace fcn::tools

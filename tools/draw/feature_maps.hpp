// SPDX-License-Identifier: MIT
// A layer's feature maps as a picture: a grid of grey maps, one a channel. Not here: which layers, and the
// files (layer_pictures.hpp).
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "fcn/run/row_sink.hpp"
#include "tools/pictures/picture.hpp"

namespace fcn::tools {

/// How maps are arranged. Large ones are shrunk, whole times, so that the grid fits a screen; tiny ones
/// enlarged.
struct FeatureMapGrid {
  int columns = 1;
  int rows = 1;
  int shrink = 1;   ///< pixels of a map along each side that one value of the grid averages
  int enlarge = 1;  ///< pixels of the picture along each side that show it
  int height = 1;   ///< of a shrunken map
  int width = 1;

  static FeatureMapGrid of(const Shape& shape);

  /// Floats that FeatureMaps holds.
  [[nodiscard]] std::size_t floats(const Shape& shape) const {
    return static_cast<std::size_t>(shape.channels) * static_cast<std::size_t>(height) *
           static_cast<std::size_t>(width);
  }
};

/// Takes in a layer's rows and keeps the averages that the grid shows.
class FeatureMaps : public RowSink {
 public:
  explicit FeatureMaps(const Shape& shape);

  void take(const RowBlock& block) override;

  /// The picture, with `title` and the meaning of its greys below. Black is the lowest value and white the
  /// highest; where there are negative ones, zero is middle grey and black as far from it as white. NaN is
  /// red.
  [[nodiscard]] Result<Picture> draw(const std::string& title, const Limits& limits) const;

 private:
  [[nodiscard]] float value(int channel, int y, int x) const;
  void draw_map(Picture& picture, int channel, float low, float high) const;

  Shape shape_;
  FeatureMapGrid grid_;
  std::vector<float> sums_;  ///< [channel][y][x]
};

}  // namespace fcn::tools

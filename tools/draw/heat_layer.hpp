// SPDX-License-Identifier: MIT
// One class's scores as colours, over a picture or alone, each cell where the network looked or, if asked
// for, the map stretched over the picture.
#pragma once

#include "fcn/maps/heat_scale.hpp"
#include "fcn/maps/placed_map.hpp"
#include "fcn/score_map.hpp"
#include "tools/draw/drawing.hpp"
#include "tools/pictures/resize.hpp"

namespace fcn::tools {

/// As the library has sizes.
inline maps::Size map_size(const PictureSize& size) {
  return {static_cast<int>(size.width), static_cast<int>(size.height)};
}

/// Drains the picture on the canvas of most of its colour, so that what is drawn over it stands out.
void dim_picture(const Canvas& canvas);

/// Between the centres of cells scores are interpolated; beyond half a cell from the outermost centres
/// nothing is known.
class HeatLayer {
 public:
  /// For canvases of `drawn` pixels that show the whole of a picture. `map` must outlive this.
  HeatLayer(const ScoreMap& map, int class_id, maps::Placement placement, const PictureSize& picture,
            const PictureSize& drawn)
      : scale_(maps::heat_scale(map, class_id)),
        axes_(maps::PlacedAxes::create(placement, map, map_size(picture), map_size(drawn))),
        scores_(map, class_id, axes_) {}
  HeatLayer(const HeatLayer&) = delete;  // scores_ refers to axes_
  HeatLayer& operator=(const HeatLayer&) = delete;

  /// Lets the scores glow on the picture that the canvas holds, which is dimmed, most where nothing is known.
  void draw_over(const Canvas& canvas);
  /// Fills the canvas with the scores alone: every pixel a colour of the scale, grey where nothing is known.
  void fill(const Canvas& canvas);

 private:
  maps::HeatScale scale_;
  maps::PlacedAxes axes_;
  maps::PlacedMap scores_;
};

}  // namespace fcn::tools

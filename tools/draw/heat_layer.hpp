// SPDX-License-Identifier: MIT
// One class's scores as colours, over a picture or alone, each cell where the network looked or, if asked
// for, the map stretched over the picture.
#pragma once

#include "fcn/score_map.hpp"
#include "tools/draw/drawing.hpp"
#include "tools/runs/placed_map.hpp"

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

/// Drains the picture on the canvas of most of its colour, so that what is drawn over it stands out.
void dim_picture(const Canvas& canvas);

/// Between the centres of cells scores are interpolated; beyond half a cell from the outermost centres
/// nothing is known.
class HeatLayer {
 public:
  /// For canvases of `drawn` pixels that show the whole of a picture. `map` must outlive this.
  HeatLayer(const ScoreMap& map, int class_id, Placement placement, const PictureSize& picture,
            const PictureSize& drawn)
      : scale_(heat_scale(map, class_id)),
        axes_(PlacedAxes::create(placement, map, picture, drawn)),
        scores_(map, class_id, axes_) {}
  HeatLayer(const HeatLayer&) = delete;  // scores_ refers to axes_
  HeatLayer& operator=(const HeatLayer&) = delete;

  /// Lets the scores glow on the picture that the canvas holds, which is dimmed, most where nothing is known.
  void draw_over(const Canvas& canvas);
  /// Fills the canvas with the scores alone: every pixel a colour of the scale, grey where nothing is known.
  void fill(const Canvas& canvas);

 private:
  HeatScale scale_;
  PlacedAxes axes_;
  PlacedMap scores_;
};

}  // namespace fcn::tools

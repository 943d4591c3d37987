// SPDX-License-Identifier: MIT
// A score map enlarged to a picture's pixels, row by row, so that no enlarged map is ever held: each cell
// at its receptive field's centre, or the whole map stretched over the picture as the OpenCV tutorials do.
// Not here: what the scores then mean (regions.hpp, argmax.hpp) or look like (heat_scale.hpp).
#pragma once

#include <cstddef>
#include <vector>

#include "fcn/score_map.hpp"

namespace fcn::inline FCN_ABI {
namespace maps {

/// Of a picture or a drawing, in pixels.
struct Size {
  int width = 0;   ///< columns
  int height = 0;  ///< rows
};

/// Where the cells of a map lie on a picture.
enum class Placement {
  centers,  ///< each cell at its centre, from the geometry of the map
  stretch,  ///< cv2.resize(map, (width, height)): cells are equal shares of the picture
};

/// Where the pixels along one axis of a picture fall among the cells of a map.
struct PlacedAxis {
  /// Between cells `cell` and `next`, which are the same at the borders: `share` of the way to `next`.
  struct Place {
    int cell = 0;     ///< the cell before the pixel
    int next = 0;     ///< the cell behind it
    float share = 0;  ///< from 0 at `cell` to 1 at `next`
  };
  std::vector<Place> places;  ///< one a pixel
  int begin = 0;              ///< pixels [begin, end) lie within half a cell of some cell; all, if stretched;
  int end = 0;                ///< none, of a map without cells

  /// `pixels` of a drawing that shows the whole picture of `picture_pixels` at some scale. Positions are
  /// computed and rounded to float32 as cv2.resize (INTER_LINEAR, OpenCV 4.6) does.
  static PlacedAxis create(Placement placement, const AxisGeometry& geometry, int cells, int picture_pixels,
                           int pixels);

  /// Whether the pixel belongs to a cell.
  [[nodiscard]] bool holds(int pixel) const { return pixel >= begin && pixel < end; }
  /// The cell that the pixel lies nearest to.
  [[nodiscard]] int nearest(int pixel) const {
    const Place& place = places[static_cast<std::size_t>(pixel)];
    return place.share < 0.5F ? place.cell : place.next;
  }
};

/// Both axes of a drawing.
struct PlacedAxes {
  PlacedAxis x;  ///< along a row
  PlacedAxis y;  ///< down a column

  /// Of a drawing of `drawn` pixels that shows the whole of a picture; the same twice for the picture itself.
  static PlacedAxes create(Placement placement, const ScoreMap& map, Size picture, Size drawn);
};

/// One class's scores for every pixel. Interpolation is bilinear, first along the row, then between rows, in
/// float32: a * (1 - share) + b * share, each operation rounded, which is cv2.resize's to the bit. Beyond the
/// outermost centres the nearest cell's score holds; PlacedAxis::holds() tells where nothing is known at all.
class PlacedMap {
 public:
  /// `map` and `axes` must outlive this.
  PlacedMap(const ScoreMap& map, int class_id, const PlacedAxes& axes);

  /// The scores of row y, one a pixel; valid until the next call. Cheapest from top to bottom. All NaN if the
  /// map has no cells.
  const float* row(int y);

 private:
  /// Cells of one row of the map, enlarged along the row.
  struct Enlarged {
    int cell_row = -1;
    std::vector<float> scores;
  };
  const Enlarged& enlarged(int cell_row, const Enlarged& keep);

  const ScoreMap& map_;
  int class_id_;
  const PlacedAxes& axes_;
  Enlarged above_, below_;
  std::vector<float> row_;
};

}  // namespace maps
}  // namespace fcn::inline FCN_ABI

#ifndef FCN_COMPILED
#include "fcn/maps/placed_map_inl.hpp"
#endif

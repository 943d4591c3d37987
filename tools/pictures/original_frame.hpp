// SPDX-License-Identifier: MIT
// From the pixels that ran back to the pixels of the original file: --resize and EXIF's orientation undone. A
// place is a number of pixels from the centre of the first one, so pixel i covers i - 0.5 to i + 0.5. Not
// here: from cells to the pixels that ran (fcn/graph/geometry.hpp).
#pragma once

#include <algorithm>
#include <cmath>
#include <utility>

#include "tools/pictures/formats/exif.hpp"
#include "tools/pictures/formats/picture_structure.hpp"
#include "tools/pictures/resize.hpp"

namespace fcn::tools {

struct PixelPoint {
  double x = 0;
  double y = 0;

  friend bool operator==(const PixelPoint&, const PixelPoint&) = default;
};

/// `width` x `height` pixels of which (x, y) is the first: all of a picture is {0, 0, its width, its height}.
struct PixelBox {
  double x = 0;
  double y = 0;
  double width = 0;
  double height = 0;

  friend bool operator==(const PixelBox&, const PixelBox&) = default;
};

struct OriginalFrame {
  int width = 0;  ///< of the picture as the file stores it
  int height = 0;
  int orientation = 1;  ///< EXIF's (1 to 8), if the picture was turned by it, else 1
  int run_width = 0;    ///< of the picture that ran: upright, then resized
  int run_height = 0;

  [[nodiscard]] int upright_width() const { return swaps_sides(orientation) ? height : width; }
  [[nodiscard]] int upright_height() const { return swaps_sides(orientation) ? width : height; }

  static OriginalFrame of(const PictureStructure& file, bool apply_exif, PictureSize run) {
    return {static_cast<int>(file.width), static_cast<int>(file.height), apply_exif ? file.orientation : 1,
            static_cast<int>(run.width), static_cast<int>(run.height)};
  }

  /// The picture ran as it is stored: both kinds of pixels are the same.
  [[nodiscard]] bool is_identity() const {
    return !is_turned(orientation) && run_width == width && run_height == height;
  }

  /// Where a place of the picture that ran lies in the original. Exact without --resize.
  [[nodiscard]] PixelPoint point(PixelPoint run) const {
    PixelPoint place = {unresized(run.x, upright_width(), run_width),
                        unresized(run.y, upright_height(), run_height)};
    if (swaps_sides(orientation)) std::swap(place.x, place.y);
    const bool from_right = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
    const bool from_bottom = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
    if (from_right) place.x = width - 1 - place.x;
    if (from_bottom) place.y = height - 1 - place.y;
    return place;
  }

  /// The same for a box: its edges go where the places on them go, so it may begin within a pixel.
  [[nodiscard]] PixelBox box(const PixelBox& run) const {
    const PixelPoint a = point({run.x - 0.5, run.y - 0.5});
    const PixelPoint b = point({run.x + run.width - 0.5, run.y + run.height - 0.5});
    return {std::min(a.x, b.x) + 0.5, std::min(a.y, b.y) + 0.5, std::abs(a.x - b.x), std::abs(a.y - b.y)};
  }

 private:
  /// The edges of the two pictures coincide, as resizing has it: their first pixels' centres do not.
  static double unresized(double place, int upright, int run) {
    return upright == run ? place : (place + 0.5) * upright / run - 0.5;
  }
};

}  // namespace fcn::tools

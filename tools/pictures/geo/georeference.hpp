// SPDX-License-Identifier: MIT
// Where a picture's pixels lie on a map, from the numbers that a GeoTIFF states (OGC 19-008r4). Not here:
// reading its tags (tiff_georeference.hpp), pixels that were turned or resized (original_frame.hpp).
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>

#include "fcn/result.hpp"

namespace fcn::tools {

/// A place on a map, in the units of its coordinate reference system: x to the east, y to the north, or
/// longitude and latitude.
struct MapPoint {
  double x = 0;
  double y = 0;
};

enum class MapKind { unknown, projected, geographic };

struct Georeference {
  /// As GDAL has it: x = t[0] + t[1] column + t[2] row and y = t[3] + t[4] column + t[5] row, counted from
  /// the upper left corner of the first pixel as stored, so that its centre is at (0.5, 0.5).
  std::array<double, 6> transform{0, 1, 0, 0, 0, 1};
  MapKind kind = MapKind::unknown;
  int epsg = 0;  ///< the code of the coordinate reference system; 0 if the file gives none

  /// Of a place in pixels from the centre of the first one as stored.
  [[nodiscard]] MapPoint at(double x, double y) const {
    const double column = x + 0.5, row = y + 0.5;
    return {transform[0] + transform[1] * column + transform[2] * row,
            transform[3] + transform[4] * column + transform[5] * row};
  }
};

/// "EPSG:32632", or that the file gives no code.
std::string reference_name(const Georeference& georeference);

/// The same map for a picture of other pixels: `across` and `down` times as many.
Georeference with_more_pixels(Georeference georeference, double across, double down);

/// The values of the tags; empty for a tag that is not there.
struct GeoTags {
  std::span<const double> scale;             ///< ModelPixelScale, 33550
  std::span<const double> tie_points;        ///< ModelTiepoint, 33922
  std::span<const double> matrix;            ///< ModelTransformation, 34264
  std::span<const std::uint16_t> directory;  ///< GeoKeyDirectory, 34735
};

/// Of a picture of this size. ErrorCode::malformed for numbers that place no pixel, or that the standard does
/// not allow; unsupported for ground control points and for coordinates from the earth's centre.
Result<Georeference> georeference_of(const GeoTags& tags, std::uint32_t width, std::uint32_t height);

}  // namespace fcn::tools

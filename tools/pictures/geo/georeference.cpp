// SPDX-License-Identifier: MIT
#include "tools/pictures/geo/georeference.hpp"

#include <algorithm>
#include <cmath>

namespace fcn::tools {
namespace {

Error malformed(const std::string& what) {
  return {ErrorCode::malformed, what, "georeference"};
}

/// What GeoKeyDirectory says, as far as it matters here; 0 for what it does not say.
struct GeoKeys {
  unsigned model = 0;       // 1 projected, 2 geographic, 3 geocentric
  unsigned raster = 0;      // 1 coordinates are of a pixel's corner, 2 of its centre
  unsigned geographic = 0;  // EPSG codes
  unsigned projected = 0;
};

constexpr unsigned kProjected = 1, kGeographic = 2, kGeocentric = 3;
constexpr unsigned kPixelIsArea = 1, kPixelIsPoint = 2;

/// Four numbers of a head (version, revision, minor revision, count), then four of each key: its number, the
/// tag that holds its value (0: the entry itself), how many values, the value.
Result<GeoKeys> read_keys(std::span<const std::uint16_t> directory) {
  GeoKeys keys;
  if (directory.empty()) return keys;
  if (directory.size() < 4 || directory[0] != 1) return malformed("the GeoKeyDirectory is not of version 1");
  const std::size_t count = directory[3];
  if (directory.size() < 4 + 4 * count)
    return malformed("the GeoKeyDirectory announces " + std::to_string(count) + " keys and holds " +
                     std::to_string((directory.size() - 4) / 4));
  for (std::size_t i = 0; i < count; ++i) {
    const auto key = directory.subspan(4 + 4 * i, 4);
    unsigned* const value = key[0] == 1024   ? &keys.model
                            : key[0] == 1025 ? &keys.raster
                            : key[0] == 2048 ? &keys.geographic
                            : key[0] == 3072 ? &keys.projected
                                             : nullptr;
    if (value == nullptr) continue;
    if (key[1] != 0 || key[2] != 1)
      return malformed("the geo key " + std::to_string(key[0]) + " is not one number of 16 bits");
    *value = key[3];
  }
  return keys;
}

/// Of numbers in the standard's pixels, whose first has its corner, or its centre, at (0, 0).
std::array<double, 6> from_corner(std::array<double, 6> transform, bool pixel_is_point) {
  if (!pixel_is_point) return transform;
  transform[0] -= 0.5 * (transform[1] + transform[2]);
  transform[3] -= 0.5 * (transform[4] + transform[5]);
  return transform;
}

/// One point, and how large a pixel is. Further points must say the same, to half a pixel.
Result<std::array<double, 6>> from_scale(std::span<const double> scale, std::span<const double> points) {
  if (scale.size() < 2 || scale.size() > 3)
    return malformed("ModelPixelScale has " + std::to_string(scale.size()) + " numbers, expected 3");
  // Of negative ones GDAL and the standard disagree.
  if (!(scale[0] > 0 && scale[1] > 0)) return malformed("ModelPixelScale is not positive");
  if (points.empty() || points.size() % 6 != 0)
    return malformed("ModelTiepoint has " + std::to_string(points.size()) +
                     " numbers, expected 6 for each point");
  std::array<double, 6> transform{points[3] - points[0] * scale[0], scale[0], 0,
                                  points[4] + points[1] * scale[1], 0,        -scale[1]};
  for (std::size_t i = 6; i < points.size(); i += 6) {
    const double x = transform[0] + scale[0] * points[i], y = transform[3] - scale[1] * points[i + 1];
    if (!(std::abs(x - points[i + 3]) <= scale[0] / 2 && std::abs(y - points[i + 4]) <= scale[1] / 2))
      return malformed("the points of ModelTiepoint contradict its ModelPixelScale");
  }
  return transform;
}

Result<std::array<double, 6>> transform_of(const GeoTags& tags) {
  if (!tags.matrix.empty()) {
    if (!tags.scale.empty())
      return malformed("it has both ModelTransformation and ModelPixelScale, which must not be");
    if (tags.matrix.size() != 16)
      return malformed("ModelTransformation has " + std::to_string(tags.matrix.size()) +
                       " numbers, expected 16");
    const auto m = tags.matrix;
    return std::array<double, 6>{m[3], m[0], m[1], m[7], m[4], m[5]};
  }
  if (!tags.scale.empty()) return from_scale(tags.scale, tags.tie_points);
  if (!tags.tie_points.empty())
    return Error{ErrorCode::unsupported,
                 "it has ground control points, which fit no straight grid; gdalwarp makes one",
                 "georeference"};
  return malformed("it has geo keys, but no numbers that place its pixels");
}

/// All corners of the picture have coordinates, and not all the same.
bool places_pixels(const Georeference& georeference, double width, double height) {
  for (const double x : {0.0, width})
    for (const double y : {0.0, height}) {
      const MapPoint corner = georeference.at(x - 0.5, y - 0.5);
      if (!std::isfinite(corner.x) || !std::isfinite(corner.y)) return false;
    }
  const auto& t = georeference.transform;
  const double area = t[1] * t[5] - t[2] * t[4];
  return std::isfinite(area) && area != 0;
}

int epsg_code(unsigned key) {
  constexpr unsigned kFirst = 1024, kLast = 32766;  // 32767: defined by other keys
  return key >= kFirst && key <= kLast ? static_cast<int>(key) : 0;
}

}  // namespace

std::string reference_name(const Georeference& georeference) {
  if (georeference.epsg != 0) return "EPSG:" + std::to_string(georeference.epsg);
  return "coordinates without an EPSG code";
}

Georeference with_more_pixels(Georeference georeference, double across, double down) {
  for (const std::size_t i : {1u, 4u}) georeference.transform[i] /= across;
  for (const std::size_t i : {2u, 5u}) georeference.transform[i] /= down;
  return georeference;
}

Result<Georeference> georeference_of(const GeoTags& tags, std::uint32_t width, std::uint32_t height) {
  const auto keys = read_keys(tags.directory);
  if (!keys) return keys.error();
  if (keys->raster > kPixelIsPoint)
    return malformed("GTRasterType is " + std::to_string(keys->raster) + ", expected " +
                     std::to_string(kPixelIsArea) + " or " + std::to_string(kPixelIsPoint));
  if (keys->model == kGeocentric)
    return Error{ErrorCode::unsupported, "its coordinates are counted from the earth's centre",
                 "georeference"};
  const auto transform = transform_of(tags);
  if (!transform) return transform.error();
  Georeference found{from_corner(*transform, keys->raster == kPixelIsPoint)};
  if (!places_pixels(found, width, height)) return malformed("its numbers place no pixel");
  if (keys->model == kProjected) {
    found.kind = MapKind::projected;
    found.epsg = epsg_code(keys->projected);
  } else if (keys->model == kGeographic) {
    found.kind = MapKind::geographic;
    found.epsg = epsg_code(keys->geographic);
  }
  return found;
}

}  // namespace fcn::tools

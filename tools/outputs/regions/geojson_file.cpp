// SPDX-License-Identifier: MIT
// Polygons of boxes, or of outlines where contours were asked for; a feature a line. RFC 7946 knows
// longitudes and latitudes of WGS 84 only. Coordinates of other systems stand under the "crs" of the older
// GeoJSON, as GDAL writes it and as GDAL and QGIS read it.
#include "tools/outputs/regions/geojson_file.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "tools/outputs/output_writers.hpp"
#include "tools/outputs/regions/region_outline.hpp"
#include "tools/report/geo_report.hpp"
#include "tools/runs/run_report.hpp"

namespace fcn::tools {
namespace {

constexpr int kWgs84 = 4326;

using Ring = std::vector<MapPoint>;

/// Twice the area, positive for a ring that goes counter-clockwise on the map. Counted from the ring's first
/// corner, because coordinates are large and rings are small.
double turning(const Ring& ring) {
  double sum = 0;
  for (std::size_t i = 1; i + 1 < ring.size(); ++i)
    sum += (ring[i].x - ring[0].x) * (ring[i + 1].y - ring[0].y) -
           (ring[i + 1].x - ring[0].x) * (ring[i].y - ring[0].y);
  return sum;
}

/// As RFC 7946 has outer rings: counter-clockwise and closed.
Ring closed(Ring ring) {
  if (turning(ring) < 0) std::reverse(ring.begin(), ring.end());
  ring.push_back(ring.front());
  return ring;
}

std::vector<Ring> rings_of(const maps::Region& region, const MapFrame& map) {
  std::vector<Ring> rings;
  if (region.contour.empty()) {
    const auto corners = map.corners(box_of(region));
    return {closed(Ring(corners.begin(), corners.end()))};
  }
  for (const auto& outline : region_outline(region.contour)) {
    Ring ring;
    for (const PixelCorner& corner : outline) ring.push_back(map.point({corner.x - 0.5, corner.y - 0.5}));
    rings.push_back(closed(std::move(ring)));
  }
  return rings;
}

void add_polygon(JsonWriter& json, const Ring& ring) {
  json.array([&] {
    for (const MapPoint& corner : ring) json.add({json_coordinate(corner.x), json_coordinate(corner.y)});
  });
}

/// A polygon without holes for each ring.
void add_geometry(JsonWriter& json, const std::vector<Ring>& rings) {
  json.object("geometry", [&] {
    json.member("type", rings.size() == 1 ? "Polygon" : "MultiPolygon");
    json.array("coordinates", [&] {
      if (rings.size() == 1) return add_polygon(json, rings.front());
      for (const Ring& ring : rings) json.array([&] { add_polygon(json, ring); });
    });
  });
}

std::string feature(const RunReport& report, const maps::Region& region, const MapFrame& map) {
  JsonWriter json;
  json.object([&] {
    json.member("type", "Feature");
    json.object("properties", [&] {
      json.member("image", report.image);
      json.member("class", region.class_id);
      json.member("label", class_label(*report.info, region.class_id));
      json.member("score", region.peak);
      json.member("mean", json_measured(region.mean));
      json.member("area_px", region.area);
    });
    add_geometry(json, rings_of(region, map));
  });
  return json.take();
}

/// All before the features.
std::string opening(const RunReport& report, const Georeference& georeference) {
  const std::string name = std::filesystem::path(report.image).stem().string();
  std::string text =
      "{\n\"type\": \"FeatureCollection\",\n\"name\": " + json_text(name == "-" ? "stdin" : name) + ",\n";
  if (georeference.epsg != kWgs84)
    text += "\"crs\": {\"type\": \"name\", \"properties\": {\"name\": \"urn:ogc:def:crs:EPSG::" +
            std::to_string(georeference.epsg) + "\"}},\n";
  return text + "\"features\": [";
}

}  // namespace

Status check_georeference(const InferOptions& options,
                          const std::optional<Result<Georeference>>& georeference) {
  if (options.geojson.empty()) return {};
  if (!georeference)
    return Error{ErrorCode::unsupported,
                 "the picture says nothing of its place on a map (GeoTIFF tags); --json gives regions in "
                 "pixels",
                 "--geojson"};
  if (!*georeference) return (*georeference).error().at("--geojson");
  if ((*georeference)->epsg != 0) return {};
  return Error{ErrorCode::unsupported,
               "the file gives no EPSG code for its coordinates, so that nobody could place them; "
               "gdal_edit.py -a_srs EPSG:CODE FILE adds one",
               "--geojson"};
}

Status write_geojson(AtomicFile& file, const PictureResult& result) {
  const RunReport& report = result.report;
  const auto map = map_frame(report);
  FCN_ASSERT(map);
  if (Status begun = file.write(opening(report, map->georeference)); !begun) return begun;
  const char* before = "\n";
  for (const maps::Region& region : report.regions) {
    if (Status added = file.write(before + feature(report, whole_region(report, region), *map)); !added)
      return added;
    before = ",\n";
  }
  return file.write("\n]\n}\n");
}

}  // namespace fcn::tools

// SPDX-License-Identifier: MIT
#include "tools/report/geo_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>

#include "fcn/base/printable.hpp"
#include "tools/shell/columns.hpp"

namespace fcn::tools {
namespace {

constexpr std::size_t kMostRegions = 20;
constexpr int kMostDecimals = 8;  // of degrees a millimetre; more do not fit 80 columns

/// Decimals that show a hundredth of a pixel.
int decimals_of(const Georeference& georeference) {
  const auto& t = georeference.transform;
  const double pixel = std::sqrt(std::abs(t[1] * t[5] - t[2] * t[4]));
  return static_cast<int>(std::clamp(2 - std::floor(std::log10(pixel)), 0.0, double{kMostDecimals}));
}

std::string peak_lines(const RunReport& report, const MapFrame& map, int decimals) {
  std::string text = fmt::format("\n  {:<24}  x, y in {}\n", "On the map", reference_name(map.georeference));
  for (const int id : listed_classes(report)) {
    const ClassPeak peak = class_peak(report, id);
    const MapPoint place = map.point({peak.center_x, peak.center_y});
    text += fmt::format("  {}  {:.{}f}, {:.{}f}\n", in_columns(peak.label, 24), place.x, decimals, place.y,
                        decimals);
  }
  return text;
}

/// Two numbers a region and axis, for boxes that lie askew too.
std::string region_lines(const RunReport& report, const MapFrame& map, int decimals) {
  if (report.regions.empty()) return "";
  std::string text = fmt::format("\n  {:<16}  from x, y to x, y\n", "Regions' extents");
  const std::size_t lines = std::min(report.regions.size(), kMostRegions);
  for (std::size_t i = 0; i < lines; ++i) {
    const maps::Region region = whole_region(report, report.regions[i]);
    const auto corners = map.corners(box_of(region));
    const auto [west, east] =
        std::minmax_element(corners.begin(), corners.end(), [](auto& a, auto& b) { return a.x < b.x; });
    const auto [south, north] =
        std::minmax_element(corners.begin(), corners.end(), [](auto& a, auto& b) { return a.y < b.y; });
    text += fmt::format("  {}  {:.{}f}, {:.{}f} to {:.{}f}, {:.{}f}\n",
                        in_columns(class_label(*report.info, region.class_id), 16), west->x, decimals,
                        south->y, decimals, east->x, decimals, north->y, decimals);
  }
  if (report.regions.size() > lines)
    text += fmt::format("  and {} more; --geojson and --json have them all\n", report.regions.size() - lines);
  return text;
}

const char* kind_name(MapKind kind) {
  return kind == MapKind::projected ? "projected" : kind == MapKind::geographic ? "geographic" : "unknown";
}

}  // namespace

std::string geo_table(const RunReport& report) {
  if (!report.georeference) return "";
  const auto frame = map_frame(report);
  if (!frame)
    return fmt::format("\n  No place on the map: {}\n", printable((*report.georeference).error().message));
  const MapFrame& map = *frame;
  const int decimals = decimals_of(map.georeference);
  return peak_lines(report, map, decimals) + region_lines(report, map, decimals);
}

JsonNumber json_coordinate(double value) {
  const std::string text = fmt::format("{:.15g}", value);
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

void add_map_point(JsonWriter& json, std::string_view name, const MapPoint& place) {
  json.member(name, {json_coordinate(place.x), json_coordinate(place.y)});
}

void add_map_corners(JsonWriter& json, std::string_view name, const std::array<MapPoint, 4>& corners) {
  json.array(name, [&] {
    for (const MapPoint& corner : corners) json.add({json_coordinate(corner.x), json_coordinate(corner.y)});
  });
}

void add_georeference(JsonWriter& json, const std::optional<Result<Georeference>>& georeference) {
  if (!georeference) return;
  json.object("georeference", [&] {
    if (!*georeference) return json.member("error", (*georeference).error().message);
    const Georeference& usable = **georeference;
    if (usable.epsg != 0)
      json.member("epsg", usable.epsg);
    else
      json.member("epsg", nullptr);
    json.member("kind", kind_name(usable.kind));
    json.array("geotransform", [&] {
      for (const double number : usable.transform) json.add(number);
    });
  });
}

}  // namespace fcn::tools

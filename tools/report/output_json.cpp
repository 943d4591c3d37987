// SPDX-License-Identifier: MIT
// The fields of a result in their order.
#include "tools/report/output_json.hpp"

#include <string>
#include <string_view>
#include <vector>

#include "fcn/graph/padded_size.hpp"
#include "tools/report/geo_report.hpp"
#include "tools/report/json_members.hpp"
#include "tools/report/scale_report.hpp"
#include "tools/report/window_report.hpp"

namespace fcn::tools {
namespace {

void add_peak(JsonWriter& json, const RunReport& report, int id) {
  const ClassPeak peak = class_peak(report, id);
  const bool probable = report.map->activation() != ScoreActivation::none;
  json.member("class", peak.id);
  json.member("label", peak.label);
  if (probable)
    json.member("probability", peak.probability);
  else
    json.member("probability", nullptr);
  json.member("row", peak.row);
  json.member("col", peak.col);
  add_point(json, "center_px", {peak.center_x, peak.center_y});
  json.member("window_px", {peak.window_x, peak.window_y, peak.window_width, peak.window_height});
  add_point(json, "center_original_px", peak.original_center);
  add_box(json, "window_original_px", peak.original_window);
  if (const auto map = map_frame(report)) {
    add_map_point(json, "center_map", map->point({peak.center_x, peak.center_y}));
    add_map_corners(json, "window_map", map->corners(window_of(peak)));
  }
  if (report.map->kind() == ScoreKind::logits) json.member("logit", peak.score);
  if (report.scales) add_best_scale(json, *report.scales, id, probable);
}

void add_peaks(JsonWriter& json, std::string_view name, const RunReport& report,
               const std::vector<int>& ids) {
  json.array(name, [&] {
    for (const int id : ids) json.object([&] { add_peak(json, report, id); });
  });
}

void add_region(JsonWriter& json, const RunReport& report, const maps::Region& shown) {
  const maps::Region region = whole_region(report, shown);
  json.member("class", region.class_id);
  json.member("label", class_label(*report.info, region.class_id));
  json.member("box", {region.x, region.y, region.width, region.height});
  json.member("area_px", region.area);
  json.member("peak", region.peak);
  json.member("mean", json_measured(region.mean));
  if (!report.frame.is_identity()) add_box(json, "box_original", report.frame.box(box_of(region)));
  if (const auto map = map_frame(report)) add_map_corners(json, "box_map", map->corners(box_of(region)));
  if (region.contour.empty()) return;
  json.array("contour", [&] {
    for (const maps::ContourPoint& point : region.contour) json.add({point.x, point.y});
  });
}

void add_map(JsonWriter& json, const RunReport& report) {
  const MapGeometry geometry = whole_geometry(report);
  json.object("map", [&] {
    json.member("rows", report.map->rows());
    json.member("cols", report.map->cols());
    json.member("pool_stride", report.pool_stride);
    add_along_axes(json, "output_stride", geometry.x.stride / report.pool_stride,
                   geometry.y.stride / report.pool_stride);
    add_along_axes(json, "stride_px", geometry.x.stride, geometry.y.stride);
    add_point(json, "first_center_px", {geometry.center_x(0), geometry.center_y(0)});
    add_along_axes(json, "window_size_px", geometry.window.x, geometry.window.y);
  });
}

void add_layer(JsonWriter& json, const RunProfile& profile, const LayerProfile& layer) {
  json.member("name", layer.name);
  json.member("output", {layer.output.channels, layer.output.height, layer.output.width});
  json.member("ms", json_measured(layer.ms));
  if (!layer.algorithm) return;
  json.member("algorithm", to_string(*layer.algorithm));
  json.member("gflops", json_measured(layer.gflops));
  json.member("peak_share", json_measured(profile.peak_share(layer)));
}

void add_profile(JsonWriter& json, const RunProfile& profile) {
  json.object("profile", [&] {
    json.member("runs", profile.runs);
    json.member("peak_gflops", json_measured(profile.peak_gflops));
    json.member("run_ms", json_measured(profile.run_ms));
    json.array("layers", [&] {
      for (const LayerProfile& layer : profile.layers) json.object([&] { add_layer(json, profile, layer); });
    });
  });
}

/// What was run, before what came out.
void add_subject(JsonWriter& json, const RunReport& report) {
  json.member("image", report.image);
  if (report.page) add_page(json, *report.page);
  const PictureSize whole = whole_size(report);
  json.member("width", whole.width);
  json.member("height", whole.height);
  if (!report.part.is_empty())
    json.member("part_px", {report.part.x, report.part.y, report.part.width, report.part.height});
  json.member("model", report.model);
  json.member("classes", report.map->classes());
  json.member("activation", kind_name(report.map->activation()));
  add_map(json, report);
  add_original(json, report.frame, whole_geometry(report));
  add_georeference(json, report.georeference);
  const PictureBorder& border = report.border;
  if (!border.is_empty()) {
    json.member("border", border_name(border.kind));
    json.member("border_px", {border.x, border.y});
  }
  const Extent padded = padded_size(report);
  if (report.part.is_empty() && padded != Extent{report.height + 2 * border.y, report.width + 2 * border.x})
    add_size(json, "padded", padded);
}

}  // namespace

std::string json_line(const RunReport& report, Cost cost) {
  JsonWriter json;
  json.object([&] {
    json.member("schema", "fcn-infer/1");
    add_subject(json, report);
    if (const auto predicted = report.map->predicted())
      json.object("predicted", [&] { add_peak(json, report, *predicted); });
    else
      json.member("predicted", nullptr);
    if (!report.asked_classes.empty()) add_peaks(json, "asked", report, report.asked_classes);
    add_peaks(json, "top", report, report.map->top(report.top));
    if (report.region_request.kind != RegionKind::none)
      json.array("regions", [&] {
        for (const maps::Region& region : report.regions)
          json.object([&] { add_region(json, report, region); });
      });
    if (cost == Cost::told) add_cost(json, report);
    if (report.profile) add_profile(json, *report.profile);
    if (report.scales) add_scales(json, *report.scales);
    if (report.windows) add_windows(json, report, *report.windows);
  });
  return json.take();
}

}  // namespace fcn::tools

// SPDX-License-Identifier: MIT
// The fields of a result in their order.
#include "tools/report/output_json.hpp"

#include <string>
#include <utility>

#include "fcn/graph/padded_size.hpp"
#include "tools/report/json_numbers.hpp"
#include "tools/report/scale_report.hpp"
#include "tools/report/window_report.hpp"

namespace fcn::tools {
namespace {

Json peak_fields(const RunReport& report, int id) {
  const ClassPeak peak = class_peak(report, id);
  const bool probable = report.map->activation() != ScoreActivation::none;
  Json fields = {
      {"class", peak.id},
      {"label", peak.label},
      {"probability", probable ? Json(json_number(peak.probability)) : Json(nullptr)},
      {"row", peak.row},
      {"col", peak.col},
      {"center_px", Json::array({json_pixels(peak.center_x), json_pixels(peak.center_y)})},
      {"window_px", Json::array({peak.window_x, peak.window_y, peak.window_width, peak.window_height})},
      {"center_original_px", json_point(peak.original_center)},
      {"window_original_px", json_box(peak.original_window)}};
  if (report.map->kind() == ScoreKind::logits) fields["logit"] = json_number(peak.score);
  if (report.scales) fields["best_scale"] = best_scale_fields(*report.scales, id, probable);
  return fields;
}

Json region_fields(const RunReport& report) {
  Json all = Json::array();
  for (const maps::Region& region : report.regions) {
    Json fields = {{"class", region.class_id},
                   {"label", class_label(*report.info, region.class_id)},
                   {"box", Json::array({region.x, region.y, region.width, region.height})},
                   {"area_px", region.area},
                   {"peak", json_number(region.peak)},
                   {"mean", json_measured(region.mean)}};
    if (!report.frame.is_identity())
      fields["box_original"] =
          json_box(report.frame.box({static_cast<double>(region.x), static_cast<double>(region.y),
                                     static_cast<double>(region.width), static_cast<double>(region.height)}));
    for (const maps::ContourPoint& point : region.contour)
      fields["contour"].push_back(Json::array({point.x, point.y}));
    all.push_back(std::move(fields));
  }
  return all;
}

Json map_fields(const RunReport& report) {
  const MapGeometry& geometry = report.map->geometry();
  return {{"rows", report.map->rows()},
          {"cols", report.map->cols()},
          {"pool_stride", report.pool_stride},
          {"output_stride",
           json_along_axes(geometry.x.stride / report.pool_stride, geometry.y.stride / report.pool_stride)},
          {"stride_px", json_along_axes(geometry.x.stride, geometry.y.stride)},
          {"first_center_px",
           Json::array({json_pixels(geometry.center_x(0)), json_pixels(geometry.center_y(0))})},
          {"window_size_px", json_along_axes(geometry.window.x, geometry.window.y)}};
}

Json profile_fields(const RunProfile& profile) {
  Json layers = Json::array();
  for (const LayerProfile& layer : profile.layers) {
    Json fields = {{"name", layer.name},
                   {"output", Json::array({layer.output.channels, layer.output.height, layer.output.width})},
                   {"ms", json_measured(layer.ms)}};
    if (layer.algorithm) {
      fields["algorithm"] = to_string(*layer.algorithm);
      fields["gflops"] = json_measured(layer.gflops);
      fields["peak_share"] = json_measured(profile.peak_share(layer));
    }
    layers.push_back(std::move(fields));
  }
  return {{"runs", profile.runs},
          {"peak_gflops", json_measured(profile.peak_gflops)},
          {"run_ms", json_measured(profile.run_ms)},
          {"layers", std::move(layers)}};
}

}  // namespace

Json original_fields(const OriginalFrame& frame, const MapGeometry& geometry) {
  const auto place = [&](int row, int col) {
    return frame.point({geometry.center_x(col), geometry.center_y(row)});
  };
  const PixelPoint first = place(0, 0), below = place(1, 0), beside = place(0, 1);
  return {{"width", frame.width},
          {"height", frame.height},
          {"exif_orientation", frame.orientation},
          {"first_center_px", json_point(first)},
          {"row_step_px", json_point({below.x - first.x, below.y - first.y})},
          {"col_step_px", json_point({beside.x - first.x, beside.y - first.y})}};
}

std::string json_line(const RunReport& report) {
  Json line = {{"schema", "fcn-infer/1"},
               {"image", report.image},
               {"width", report.width},
               {"height", report.height},
               {"model", report.model},
               {"classes", report.map->classes()},
               {"activation", std::string(kind_name(report.map->activation()))},
               {"map", map_fields(report)},
               {"original", original_fields(report.frame, report.map->geometry())}};
  const Extent padded = padded_size({report.height, report.width}, *report.info);
  if (padded != Extent{report.height, report.width})
    line["padded"] = {{"width", padded.x}, {"height", padded.y}};
  const auto predicted = report.map->predicted();
  line["predicted"] = predicted ? peak_fields(report, *predicted) : Json(nullptr);
  for (const int id : report.asked_classes) line["asked"].push_back(peak_fields(report, id));
  line["top"] = Json::array();
  for (const int id : report.map->top(report.top)) line["top"].push_back(peak_fields(report, id));
  if (report.region_request.kind != RegionKind::none) line["regions"] = region_fields(report);
  line["time_ms"] = {{"decode", json_milliseconds(report.decode_ms)},
                     {"preprocess", json_milliseconds(report.preprocess_ms)},
                     {"plan", json_milliseconds(report.plan_ms)},
                     {"infer", json_milliseconds(report.infer_ms)}};
  line["peak_bytes"] = report.peak_bytes;
  line["threads"] = report.threads;
  line["arch"] = report.arch;
  if (report.profile) line["profile"] = profile_fields(*report.profile);
  if (report.scales) {
    line["fuse"] = report.scales->fuse == maps::Fuse::max ? "max" : "mean";
    line["scales"] = scale_fields(*report.scales);
  }
  if (report.windows) line["compare_windows"] = window_fields(report, *report.windows);
  return line.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace fcn::tools

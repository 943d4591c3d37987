// SPDX-License-Identifier: MIT
// The fields of a result in their order.
#include "tools/output_json.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

namespace fcn::tools {
namespace {

using Json = nlohmann::ordered_json;

/// The shortest decimal that reads back as this float: 0.9, where its exact value is 0.89999997615814209.
Json number(float value) {
  if (!std::isfinite(value)) return nullptr;
  char text[32];
  const auto [end, failed] = std::to_chars(text, text + sizeof text, value);
  double shortest = static_cast<double>(value);
  if (failed == std::errc()) std::from_chars(text, end, shortest);
  return shortest;
}

/// Pixels: whole where they are whole, as centres mostly are.
Json pixels(double value) {
  if (value == std::floor(value) && std::abs(value) < 1e15) return static_cast<std::int64_t>(value);
  return value;
}

/// Microseconds are more than the clock is good for.
Json milliseconds(double value) {
  return std::round(value * 1e3) / 1e3;
}

/// One number where both axes agree, as they do for every square-windowed network, else [x, y].
Json along_axes(double x, double y) {
  return x == y ? pixels(x) : Json::array({pixels(x), pixels(y)});
}

Json peak_fields(const RunReport& report, int id) {
  const ClassPeak peak = class_peak(report, id);
  Json fields = {
      {"class", peak.id},
      {"label", peak.label},
      {"probability", number(peak.probability)},
      {"row", peak.row},
      {"col", peak.col},
      {"center_px", Json::array({pixels(peak.center_x), pixels(peak.center_y)})},
      {"window_px", Json::array({peak.window_x, peak.window_y, peak.window_width, peak.window_height})}};
  if (report.map->kind() == ScoreKind::logits) fields["logit"] = number(peak.score);
  return fields;
}

Json map_fields(const RunReport& report) {
  const MapGeometry& geometry = report.map->geometry();
  return {{"rows", report.map->rows()},
          {"cols", report.map->cols()},
          {"pool_stride", report.pool_stride},
          {"stride_px", along_axes(geometry.x.stride, geometry.y.stride)},
          {"first_center_px", Json::array({pixels(geometry.center_x(0)), pixels(geometry.center_y(0))})},
          {"window_size_px", along_axes(geometry.window.x, geometry.window.y)}};
}

/// Four digits are more than a clock repeats.
Json measured(double value) {
  return std::stod(fmt::format("{:.4g}", value));
}

Json profile_fields(const RunProfile& profile) {
  Json layers = Json::array();
  for (const LayerProfile& layer : profile.layers) {
    Json fields = {{"name", layer.name},
                   {"output", Json::array({layer.output.channels, layer.output.height, layer.output.width})},
                   {"ms", measured(layer.ms)}};
    if (layer.algorithm) {
      fields["algorithm"] = to_string(*layer.algorithm);
      fields["gflops"] = measured(layer.gflops);
      fields["peak_share"] = measured(profile.peak_share(layer));
    }
    layers.push_back(std::move(fields));
  }
  return {{"runs", profile.runs},
          {"peak_gflops", measured(profile.peak_gflops)},
          {"run_ms", measured(profile.run_ms)},
          {"layers", std::move(layers)}};
}

}  // namespace

std::string json_line(const RunReport& report) {
  Json line = {{"schema", "fcn-infer/1"},  {"image", report.image}, {"width", report.width},
               {"height", report.height},  {"model", report.model}, {"classes", report.map->classes()},
               {"map", map_fields(report)}};
  const auto predicted = report.map->predicted();
  line["predicted"] = predicted ? peak_fields(report, *predicted) : Json(nullptr);
  if (report.asked_class) line["asked"] = peak_fields(report, *report.asked_class);
  line["top"] = Json::array();
  for (const int id : report.map->top(report.top)) line["top"].push_back(peak_fields(report, id));
  line["time_ms"] = {{"decode", milliseconds(report.decode_ms)},
                     {"preprocess", milliseconds(report.preprocess_ms)},
                     {"plan", milliseconds(report.plan_ms)},
                     {"infer", milliseconds(report.infer_ms)}};
  line["peak_bytes"] = report.peak_bytes;
  line["threads"] = report.threads;
  line["arch"] = report.arch;
  if (report.profile) line["profile"] = profile_fields(*report.profile);
  return line.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace fcn::tools

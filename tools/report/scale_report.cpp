// SPDX-License-Identifier: MIT
#include "tools/report/scale_report.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <utility>

#include "tools/report/terminal_report.hpp"
#include "tools/shell/columns.hpp"

namespace fcn::tools {
namespace {

constexpr std::size_t kLabelColumns = 25;

/// The listed classes whose best scale this is, cut to what is left of the line.
std::string best_of(const RunReport& report, const ScaleReport& scales, std::size_t scale) {
  std::string labels;
  for (const int id : report.map->top(report.top))
    if (scales.best[static_cast<std::size_t>(id)] == scale)
      labels += (labels.empty() ? "" : ", ") + class_label(*report.info, id);
  return in_columns(labels, kLabelColumns);
}

std::string stride_text(const MapGeometry& geometry) {
  return geometry.x.stride == geometry.y.stride
             ? fmt::format("{:.4g}", geometry.x.stride)
             : fmt::format("{:.4g}, {:.4g}", geometry.x.stride, geometry.y.stride);
}

Json geometry_fields(const ScaleRun& run) {
  return {{"rows", run.rows},
          {"cols", run.cols},
          {"stride_px", json_along_axes(run.geometry.x.stride, run.geometry.y.stride)},
          {"first_center_px",
           Json::array({json_pixels(run.geometry.center_x(0)), json_pixels(run.geometry.center_y(0))})},
          {"window_size_px", json_along_axes(run.geometry.window.x, run.geometry.window.y)}};
}

}  // namespace

std::string scale_lines(const RunReport& report, const ScaleReport& scales) {
  std::string text = fmt::format("\n  Scales, fused by their {}\n    {:>5}  {:>13}  {:>9}  {:>12}  {}\n",
                                 scales.fuse == maps::Fuse::max ? "maximum" : "mean", "scale", "pixels",
                                 "cells", "one every", "highest peak of");
  for (std::size_t i = 0; i < scales.scales.size(); ++i) {
    const ScaleRun& run = scales.scales[i];
    const std::string size = fmt::format("{} x {}", run.size.width, run.size.height);
    std::string line = fmt::format("    {:>5.4g}  {:>13}  ", run.scale, size);
    line += run.skipped ? "skipped: smaller than the model's window"
                        : fmt::format("{:>9}  {:>12}  {}", fmt::format("{} x {}", run.cols, run.rows),
                                      stride_text(run.geometry), best_of(report, scales, i));
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + '\n';
  }
  return text;
}

Json scale_fields(const ScaleReport& scales) {
  Json list = Json::array();
  for (std::size_t i = 0; i < scales.scales.size(); ++i) {
    const ScaleRun& run = scales.scales[i];
    Json fields = {{"scale", run.scale}, {"width", run.size.width}, {"height", run.size.height}};
    if (run.skipped) {
      fields["skipped"] = "smaller than the model's window";
    } else {
      fields["map"] = geometry_fields(run);
      Json& classes = fields["best_of"] = Json::array();
      for (std::size_t id = 0; id < scales.best.size(); ++id)
        if (scales.best[id] == i) classes.push_back(id);
    }
    list.push_back(std::move(fields));
  }
  return list;
}

Json best_scale_fields(const ScaleReport& scales, int id, bool probable) {
  const auto index = static_cast<std::size_t>(id);
  const ScaleRun& run = scales.scales[scales.best[index]];
  const Peak& peak = run.peaks[index];
  const MapGeometry& geometry = run.geometry;
  return {{"scale", run.scale},
          {probable ? "probability" : "logit", json_number(peak.probability)},
          {"center_px",
           Json::array({json_pixels(geometry.center_x(peak.col)), json_pixels(geometry.center_y(peak.row))})},
          {"window_px", Json::array({geometry.window_left(peak.col), geometry.window_top(peak.row),
                                     geometry.window.x, geometry.window.y})}};
}

}  // namespace fcn::tools

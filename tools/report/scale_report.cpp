// SPDX-License-Identifier: MIT
#include "tools/report/scale_report.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <utility>

#include "tools/report/json_members.hpp"
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

void add_map(JsonWriter& json, const ScaleRun& run) {
  json.object("map", [&] {
    json.member("rows", run.rows);
    json.member("cols", run.cols);
    add_along_axes(json, "stride_px", run.geometry.x.stride, run.geometry.y.stride);
    add_point(json, "first_center_px", {run.geometry.center_x(0), run.geometry.center_y(0)});
    add_along_axes(json, "window_size_px", run.geometry.window.x, run.geometry.window.y);
  });
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

void add_scales(JsonWriter& json, const ScaleReport& scales) {
  json.member("fuse", scales.fuse == maps::Fuse::max ? "max" : "mean");
  json.array("scales", [&] {
    for (std::size_t i = 0; i < scales.scales.size(); ++i)
      json.object([&] {
        const ScaleRun& run = scales.scales[i];
        json.member("scale", run.scale);
        json.member("width", run.size.width);
        json.member("height", run.size.height);
        if (run.skipped) return json.member("skipped", "smaller than the model's window");
        add_map(json, run);
        json.array("best_of", [&] {
          for (std::size_t id = 0; id < scales.best.size(); ++id)
            if (scales.best[id] == i) json.add(id);
        });
      });
  });
}

void add_best_scale(JsonWriter& json, const ScaleReport& scales, int id, bool probable) {
  const auto index = static_cast<std::size_t>(id);
  const ScaleRun& run = scales.scales[scales.best[index]];
  const Peak& peak = run.peaks[index];
  json.object("best_scale", [&] {
    json.member("scale", run.scale);
    json.member(probable ? "probability" : "logit", peak.probability);
    add_cell(json, run.geometry, peak.row, peak.col);
  });
}

}  // namespace fcn::tools

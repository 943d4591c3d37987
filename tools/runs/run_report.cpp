// SPDX-License-Identifier: MIT
// Peaks of a score map in pixels, and scores as text.
#include "tools/runs/run_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "fcn/base/printable.hpp"
#include "fcn/graph/padded_size.hpp"

namespace fcn::tools {

std::string class_label(const ModelInfo& info, int id) {
  return info.label(id);
}

MapGeometry whole_geometry(const RunReport& report) {
  return report.map->geometry().moved(report.part.x, report.part.y);
}

maps::Region whole_region(const RunReport& report, maps::Region region) {
  region.x += report.part.x;
  region.y += report.part.y;
  for (maps::ContourPoint& point : region.contour) {
    point.x += report.part.x;
    point.y += report.part.y;
  }
  return region;
}

PixelBox box_of(const maps::Region& region) {
  return {static_cast<double>(region.x), static_cast<double>(region.y), static_cast<double>(region.width),
          static_cast<double>(region.height)};
}

PictureSize whole_size(const RunReport& report) {
  if (report.part.is_empty()) return {report.width, report.height};
  return {report.frame.run_width, report.frame.run_height};
}

std::optional<MapFrame> map_frame(const RunReport& report) {
  if (!report.georeference || !*report.georeference) return std::nullopt;
  return MapFrame{report.frame, **report.georeference};
}

Extent padded_size(const RunReport& report) {
  return fcn::padded_size({report.height + 2 * report.border.y, report.width + 2 * report.border.x},
                          *report.info);
}

namespace {

/// The part of a window along one axis that lies on the picture.
struct Stretch {
  std::int64_t first = 0;
  int count = 0;

  Stretch within(int size) const {
    const std::int64_t begin = std::clamp<std::int64_t>(first, 0, size - 1);
    return {begin, static_cast<int>(std::clamp<std::int64_t>(first + count, begin + 1, size) - begin)};
  }
};

}  // namespace

ClassPeak class_peak(const RunReport& report, int id) {
  const Peak& peak = report.map->peak(id);
  const MapGeometry geometry = whole_geometry(report);
  PixelPoint center = {geometry.center_x(peak.col), geometry.center_y(peak.row)};
  Stretch across{geometry.window_left(peak.col), geometry.window.x};
  Stretch down{geometry.window_top(peak.row), geometry.window.y};
  if (!report.border.is_empty()) {
    center = {std::clamp(center.x, 0.0, report.width - 1.0), std::clamp(center.y, 0.0, report.height - 1.0)};
    across = across.within(report.width);
    down = down.within(report.height);
  }
  const PixelBox window = {static_cast<double>(across.first), static_cast<double>(down.first),
                           static_cast<double>(across.count), static_cast<double>(down.count)};
  return {.id = id,
          .label = class_label(*report.info, id),
          .probability = peak.probability,
          .score = report.map->has_cells() ? report.map->at(id, peak.row, peak.col) : peak.probability,
          .row = peak.row,
          .col = peak.col,
          .center_x = center.x,
          .center_y = center.y,
          .window_x = across.first,
          .window_y = down.first,
          .window_width = across.count,
          .window_height = down.count,
          .original_center = report.frame.point(center),
          .original_window = report.frame.box(window)};
}

PixelBox window_of(const ClassPeak& peak) {
  return {static_cast<double>(peak.window_x), static_cast<double>(peak.window_y),
          static_cast<double>(peak.window_width), static_cast<double>(peak.window_height)};
}

std::optional<int> shown_class(const RunReport& report) {
  const std::vector<int> shown = shown_classes(report);
  return shown.empty() ? std::nullopt : std::optional<int>(shown.front());
}

std::vector<int> shown_classes(const RunReport& report) {
  if (!report.asked_classes.empty()) return report.asked_classes;
  return report.map->top(1);
}

std::vector<int> listed_classes(const RunReport& report) {
  return report.asked_classes.empty() ? report.map->top(report.top) : report.asked_classes;
}

Result<int> find_class(const ModelInfo& info, int classes, const std::string& name) {
  for (std::size_t i = 0; i < info.labels.size(); ++i)
    if (info.labels[i] == name) return static_cast<int>(i);
  int id = -1;
  const char* const end = name.data() + name.size();
  const auto [parsed_to, failed] = std::from_chars(name.data(), end, id);
  if (failed == std::errc() && parsed_to == end && id >= 0 && id < classes) return id;
  return Error{ErrorCode::invalid_argument,
               fmt::format("the model has no class \"{}\"; --list-classes shows its {} classes",
                           printable(name), classes),
               ""};
}

std::string threshold_text(const RunReport& report) {
  const double threshold = report.region_request.threshold;
  return report.map->kind() == ScoreKind::logits ? fmt::format("{:g}", threshold)
                                                 : fmt::format("{:g} %", 100 * threshold);
}

std::string score_text(float score, ScoreKind kind) {
  if (std::isnan(score)) return "NaN";
  if (kind == ScoreKind::logits) return fmt::format("{:.2f}", score);
  const double percent = 100.0 * static_cast<double>(score);
  // Two digits below the point where one would claim certainty that is not there.
  if (percent < 100 && percent >= 99.95)
    return fmt::format("{:.2f} %", std::min(std::floor(percent * 100) / 100, 99.99));
  if (percent > 0 && percent < 0.05) return "<0.1 %";
  return fmt::format("{:.1f} %", percent);
}

}  // namespace fcn::tools

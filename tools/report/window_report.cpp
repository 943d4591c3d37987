// SPDX-License-Identifier: MIT
#include "tools/report/window_report.hpp"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

#include "tools/report/terminal_report.hpp"
#include "tools/shell/columns.hpp"

namespace fcn::tools {
namespace {

using Disagreement = WindowAgreement::Disagreement;

constexpr std::size_t kShown = 5;  // disagreements in the text; the JSON has all

double share(const WindowAgreement& agreement) {
  return static_cast<double>(agreement.same_class) / agreement.cells;
}

/// A label short enough for a line with other words, without padding.
std::string label(const ModelInfo& info, int id) {
  if (id == kNoClass) return "none";
  std::string text = in_columns(class_label(info, id), 18);
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

std::string place(const MapGeometry& geometry, int row, int col) {
  return fmt::format("({:.5g}, {:.5g})", geometry.center_x(col), geometry.center_y(row));
}

std::string edge_lines(const WindowAgreement& agreement) {
  static constexpr std::array<std::string_view, 5> names = {"none", "one", "two", "three", "all four"};
  std::string text = "    sides at the picture's edge     cells    rms difference\n";
  for (std::size_t sides = 0; sides < names.size(); ++sides)
    if (const auto& [cells, rms] = agreement.by_sides_at_edge[sides]; cells > 0)
      text += fmt::format("      {:<25} {:>9}    {:>14.3g}\n", names[sides], cells, rms);
  return text;
}

std::string disagreement_lines(const RunReport& report, const WindowAgreement& agreement) {
  if (agreement.disagreements.empty()) return "";
  std::string text = "    cells that differ: map, and window on its own\n";
  for (std::size_t i = 0; i < std::min(kShown, agreement.disagreements.size()); ++i) {
    const Disagreement& cell = agreement.disagreements[i];
    text += fmt::format("      {:<18} {:<18} at {}\n", label(*report.info, cell.map_class),
                        label(*report.info, cell.window_class),
                        place(report.map->geometry(), cell.row, cell.col));
  }
  if (agreement.disagreements.size() > kShown)
    text += fmt::format("      and {} more; --json has them all\n", agreement.disagreements.size() - kShown);
  return text;
}

std::string agreement_lines(const RunReport& report, const WindowAgreement& agreement) {
  if (agreement.cells == 0) return "    no window stands where a cell of the map does\n";
  const WindowAgreement::Largest& largest = agreement.largest;
  std::string text =
      fmt::format("    same best class in {} of {} cells, {:.1f} %; correlation of logits {:.5f}\n",
                  agreement.same_class, agreement.cells, 100 * share(agreement), agreement.correlation) +
      fmt::format("    logits differ by {:.3g} (rms), at most by {:.3g}", agreement.rms_difference,
                  largest.difference);
  if (largest.difference != 0)
    text += fmt::format(" ({} at {})", label(*report.info, largest.class_id),
                        place(report.map->geometry(), largest.row, largest.col));
  return text + '\n' + edge_lines(agreement) + disagreement_lines(report, agreement);
}

std::string cost_line(std::string_view name, std::string_view map, std::string_view windows, double ratio) {
  return fmt::format("    {:<15} {:>12} {:>12} {:>10.2f}\n", name, map, windows, ratio);
}

std::string cost_lines(const WindowComparison& comparison) {
  const auto millions = [](std::uint64_t count) {
    return fmt::format("{:.1f} M", 1e-6 * static_cast<double>(count));
  };
  const auto milliseconds = [](double ms) { return fmt::format("{:.{}f} ms", ms, ms < 100 ? 2 : 0); };
  return fmt::format("    {:<15} {:>12} {:>12} {:>10}\n", "cost", "map", "windows", "ratio") +
         cost_line("multiply-adds", millions(comparison.map.multiply_adds),
                   millions(comparison.windows.multiply_adds), comparison.multiply_adds_ratio()) +
         cost_line("time", milliseconds(comparison.map.ms), milliseconds(comparison.windows.ms),
                   comparison.time_ratio());
}

Json class_fields(const RunReport& report, int id) {
  if (id == kNoClass) return {{"class", nullptr}, {"label", nullptr}};
  return {{"class", id}, {"label", class_label(*report.info, id)}};
}

Json cell_fields(const MapGeometry& geometry, int row, int col) {
  return {
      {"row", row},
      {"col", col},
      {"center_px", Json::array({json_pixels(geometry.center_x(col)), json_pixels(geometry.center_y(row))})},
      {"window_px", Json::array({geometry.window_left(col), geometry.window_top(row), geometry.window.x,
                                 geometry.window.y})}};
}

Json disagreement_fields(const RunReport& report, const WindowAgreement& agreement) {
  Json cells = Json::array();
  for (const Disagreement& cell : agreement.disagreements) {
    Json fields = cell_fields(report.map->geometry(), cell.row, cell.col);
    fields["map"] = class_fields(report, cell.map_class);
    fields["window"] = class_fields(report, cell.window_class);
    cells.push_back(std::move(fields));
  }
  return cells;
}

Json agreement_fields(const RunReport& report, const WindowAgreement& agreement) {
  Json fields = {{"cells", agreement.cells}};
  if (agreement.cells == 0) return fields;
  fields["same_class"] = agreement.same_class;
  fields["top1"] = json_measured(share(agreement));
  fields["logit_correlation"] = agreement.correlation;  // dumped as null if it is NaN
  fields["rms_difference"] = json_measured(agreement.rms_difference);
  const WindowAgreement::Largest& largest = agreement.largest;
  Json worst = cell_fields(report.map->geometry(), largest.row, largest.col);
  worst.update(class_fields(report, largest.class_id));
  worst["difference"] = json_measured(largest.difference);
  fields["largest_difference"] = std::move(worst);
  Json by_sides = Json::array();
  for (const auto& [cells, rms] : agreement.by_sides_at_edge)
    by_sides.push_back({{"cells", cells}, {"rms_difference", json_measured(rms)}});
  fields["by_sides_at_edge"] = std::move(by_sides);
  fields["disagreements"] = disagreement_fields(report, agreement);
  return fields;
}

}  // namespace

std::string window_report(const RunReport& report, const WindowComparison& comparison) {
  const auto stride = comparison.stride.x == comparison.stride.y
                          ? std::to_string(comparison.stride.x)
                          : fmt::format("{} and {}", comparison.stride.x, comparison.stride.y);
  return fmt::format("\n  Beside {} windows ({} x {}) on their own, {} x {} pixels, one every {}\n",
                     std::int64_t{comparison.rows} * comparison.cols, comparison.cols, comparison.rows,
                     comparison.window.x, comparison.window.y, stride) +
         agreement_lines(report, comparison.agreement) + cost_lines(comparison) +
         fmt::format("    windows ran {} side by side; times are medians of runs in turn\n",
                     comparison.batch);
}

Json window_fields(const RunReport& report, const WindowComparison& comparison) {
  Json fields = {{"rows", comparison.rows},
                 {"cols", comparison.cols},
                 {"stride_px", json_along_axes(comparison.stride.x, comparison.stride.y)},
                 {"window_size_px", json_along_axes(comparison.window.x, comparison.window.y)},
                 {"batch", comparison.batch},
                 {"agreement", agreement_fields(report, comparison.agreement)}};
  fields["multiply_adds"] = {{"map", comparison.map.multiply_adds},
                             {"windows", comparison.windows.multiply_adds},
                             {"ratio", json_measured(comparison.multiply_adds_ratio())}};
  fields["time_ms"] = {{"map", json_milliseconds(comparison.map.ms)},
                       {"windows", json_milliseconds(comparison.windows.ms)},
                       {"ratio", json_measured(comparison.time_ratio())}};
  return fields;
}

}  // namespace fcn::tools

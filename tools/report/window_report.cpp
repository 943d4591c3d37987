// SPDX-License-Identifier: MIT
#include "tools/report/window_report.hpp"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

#include "tools/report/json_members.hpp"
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

void add_class(JsonWriter& json, const RunReport& report, int id) {
  if (id == kNoClass) {
    json.member("class", nullptr);
    json.member("label", nullptr);
  } else {
    json.member("class", id);
    json.member("label", class_label(*report.info, id));
  }
}

void add_place(JsonWriter& json, const RunReport& report, int row, int col) {
  json.member("row", row);
  json.member("col", col);
  add_cell(json, report.map->geometry(), row, col);
}

void add_disagreement(JsonWriter& json, const RunReport& report, const Disagreement& cell) {
  json.object([&] {
    add_place(json, report, cell.row, cell.col);
    json.object("map", [&] { add_class(json, report, cell.map_class); });
    json.object("window", [&] { add_class(json, report, cell.window_class); });
  });
}

void add_agreement(JsonWriter& json, const RunReport& report, const WindowAgreement& agreement) {
  json.member("cells", agreement.cells);
  if (agreement.cells == 0) return;
  json.member("same_class", agreement.same_class);
  json.member("top1", json_measured(share(agreement)));
  json.member("logit_correlation", agreement.correlation);
  json.member("rms_difference", json_measured(agreement.rms_difference));
  json.object("largest_difference", [&] {
    const WindowAgreement::Largest& largest = agreement.largest;
    add_place(json, report, largest.row, largest.col);
    add_class(json, report, largest.class_id);
    json.member("difference", json_measured(largest.difference));
  });
  json.array("by_sides_at_edge", [&] {
    for (const WindowAgreement::AtEdge& edge : agreement.by_sides_at_edge)
      json.object([&] {
        json.member("cells", edge.cells);
        json.member("rms_difference", json_measured(edge.rms_difference));
      });
  });
  json.array("disagreements", [&] {
    for (const Disagreement& cell : agreement.disagreements) add_disagreement(json, report, cell);
  });
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

void add_windows(JsonWriter& json, const RunReport& report, const WindowComparison& comparison) {
  json.object("compare_windows", [&] {
    json.member("rows", comparison.rows);
    json.member("cols", comparison.cols);
    add_along_axes(json, "stride_px", comparison.stride.x, comparison.stride.y);
    add_along_axes(json, "window_size_px", comparison.window.x, comparison.window.y);
    json.member("batch", comparison.batch);
    json.object("agreement", [&] { add_agreement(json, report, comparison.agreement); });
    json.object("multiply_adds", [&] {
      json.member("map", comparison.map.multiply_adds);
      json.member("windows", comparison.windows.multiply_adds);
      json.member("ratio", json_measured(comparison.multiply_adds_ratio()));
    });
    json.object("time_ms", [&] {
      json.member("map", json_milliseconds(comparison.map.ms));
      json.member("windows", json_milliseconds(comparison.windows.ms));
      json.member("ratio", json_measured(comparison.time_ratio()));
    });
  });
}

}  // namespace fcn::tools

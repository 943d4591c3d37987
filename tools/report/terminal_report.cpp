// SPDX-License-Identifier: MIT
// The lines of the terminal report. Maps wider than the terminal are reduced by taking the best cell of each
// block, so that a single hit never vanishes.
#include "tools/report/terminal_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "fcn/base/printable.hpp"
#include "fcn/graph/padded_size.hpp"
#include "fcn/maps/heat_scale.hpp"
#include "tools/report/geo_report.hpp"
#include "tools/report/region_table.hpp"
#include "tools/shell/columns.hpp"

namespace fcn::tools {
namespace {

constexpr int kMapColumns = 74;  // 80 less the frame and the indent
constexpr int kMapLines = 24;

std::string repeated(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

/// A bar of `columns` with eighths of a block, so that small differences show.
std::string bar(double share, int columns) {
  static constexpr const char* eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const int filled = static_cast<int>(std::lround(std::clamp(share, 0.0, 1.0) * columns * 8));
  const int used = filled / 8 + (filled % 8 != 0 ? 1 : 0);
  return repeated("█", filled / 8) + eighths[filled % 8] +
         std::string(static_cast<std::size_t>(columns - used), ' ');
}

constexpr const char* kShadeLegend = "  (from ░ 5 %, ▒ 25 %, ▓ 50 %, █ 75 %)";

const char* shade(double heat) {
  if (!(heat >= 0.05)) return "·";
  if (heat < 0.25) return "░";
  if (heat < 0.5) return "▒";
  if (heat < 0.75) return "▓";
  return "█";
}

/// The best score of a block of cells.
double best_of(const ScoreMap& map, int class_id, int row, int col, int block) {
  double best = -INFINITY;
  for (int y = row; y < std::min(row + block, map.rows()); ++y)
    for (int x = col; x < std::min(col + block, map.cols()); ++x)
      best = std::max(best, static_cast<double>(map.at(class_id, y, x)));
  return best;
}

/// Two characters a cell, which makes it about square.
std::string picture_of_map(const ScoreMap& map, int class_id) {
  const int block = std::max(
      {1, (2 * map.cols() + kMapColumns - 1) / kMapColumns, (map.rows() + kMapLines - 1) / kMapLines});
  const maps::HeatScale scale = maps::heat_scale(map, class_id);
  const int columns = (map.cols() + block - 1) / block;
  std::string text = "  ┌" + repeated("──", columns) + "┐\n";
  for (int row = 0; row < map.rows(); row += block) {
    text += "  │";
    for (int col = 0; col < map.cols(); col += block) {
      const char* const mark = shade(scale.heat(best_of(map, class_id, row, col, block)));
      text += std::string_view(mark) == "·" ? " ·" : repeated(mark, 2);
    }
    text += "│\n";
  }
  text += "  └" + repeated("──", columns) + "┘\n";
  if (block > 1) text += fmt::format("  each place shows the best of {0} x {0} cells\n", block);
  return text;
}

/// The meaning of percentages that are not shares of one whole.
std::string meaning_line(const ScoreMap& map) {
  if (map.activation() != ScoreActivation::sigmoid) return "";
  const std::string each =
      map.classes() == 1 ? "" : "  each class by itself: percentages need not add up to 100\n";
  return each + (map.predicted() ? "" : "  found nothing: no class reaches 50 %\n");
}

std::string class_lines(const RunReport& report) {
  const ScoreKind kind = report.map->kind();
  std::vector<int> ids = report.map->top(report.top);
  for (const int id : report.asked_classes)
    if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
  if (ids.empty()) return "  the model knows nothing but background\n";
  std::string text;
  for (const int id : ids) {
    const ClassPeak peak = class_peak(report, id);
    const bool probable = report.map->activation() != ScoreActivation::none;  // else a bar has no end
    text += fmt::format(
        "  {} {:>8}  {}at ({:.5g}, {:.5g})\n", in_columns(peak.label, 24), score_text(peak.score, kind),
        probable ? bar(static_cast<double>(peak.probability), 20) + "  " : "", peak.center_x, peak.center_y);
  }
  return text + meaning_line(*report.map);
}

/// The winning class of each cell by number, as the tutorials print it.
std::string winner_grid(const ScoreMap& map) {
  std::string text = fmt::format("  map [1, {}, {}, {}], winning class of each cell:\n", map.classes(),
                                 map.rows(), map.cols());
  const auto width = fmt::formatted_size("{}", map.classes() - 1);
  for (int row = 0; row < map.rows(); ++row) {
    text += ' ';
    for (int col = 0; col < map.cols(); ++col) {
      const float* const cell = map.cell(row, col);
      if (map.activation() == ScoreActivation::sigmoid && !map.winner(row, col))
        text += fmt::format(" {:>{}}", '-', width);
      else
        text += fmt::format(" {:>{}}", std::max_element(cell, cell + map.classes()) - cell, width);
    }
    text += '\n';
  }
  return text;
}

/// A label short enough for a line with other words, without padding.
std::string fitted_label(const ModelInfo& info, int id) {
  std::string label = in_columns(class_label(info, id), 24);
  while (label.ends_with(' ')) label.pop_back();
  return label;
}

/// Milliseconds, to two digits or so.
std::string short_number(double value) {
  return value < 10 ? fmt::format("{:.1f}", value) : fmt::format("{:.0f}", value);
}

std::string time_line(const RunReport& report) {
  const double total = report.decode_ms + report.preprocess_ms + report.plan_ms + report.infer_ms;
  std::string text = fmt::format("\n  {} ms ({}, {}): decode {}", short_number(total),
                                 report.threads == 1 ? "1 thread" : fmt::format("{} threads", report.threads),
                                 report.arch, short_number(report.decode_ms));
  if (report.preprocess_ms > 0) text += fmt::format(", resize {}", short_number(report.preprocess_ms));
  return text +
         fmt::format(", plan {}, infer {}\n", short_number(report.plan_ms), short_number(report.infer_ms));
}

/// States which pixels are meant if they are not the file's.
std::string frame_line(const OriginalFrame& frame) {
  if (frame.is_identity()) return "";
  return fmt::format("  (places are in these pixels; the file has {} x {}{})\n", frame.width, frame.height,
                     is_turned(frame.orientation) ? ", turned by EXIF" : "");
}

std::string part_line(const RunReport& report) {
  const PixelRect& part = report.part;
  if (part.is_empty()) return "";
  return fmt::format("  (of the part of {} x {} pixels at ({}, {}))\n", part.width, part.height, part.x,
                     part.y);
}

std::string border_line(const PictureBorder& border) {
  if (border.is_empty()) return "";
  return fmt::format("  (run with a border of {} x {} pixels on each side: {})\n", border.x, border.y,
                     border_name(border.kind));
}

/// States the size that ran, if the network accepts only some sizes.
std::string padded_line(const RunReport& report) {
  const PictureBorder& border = report.border;
  const Extent padded = padded_size(report);
  if (!report.part.is_empty() || padded == Extent{report.height + 2 * border.y, report.width + 2 * border.x})
    return "";
  return fmt::format("  (run as {} x {}, its edge pixels repeated: the network accepts only some sizes)\n",
                     padded.x, padded.y);
}

}  // namespace

std::string page_line(const PageChoice& page) {
  const std::string text = page.text();
  return text.empty() ? text : fmt::format("  ({})\n", text);
}

std::string terminal_report(const RunReport& report, Detail detail) {
  const ScoreMap& map = *report.map;
  std::string text = fmt::format("{}\n  {} x {} pixels, map of {} x {} cells, one every {:.4g} pixels\n",
                                 printable(report.image), whole_size(report).width, whole_size(report).height,
                                 map.cols(), map.rows(), map.geometry().x.stride);
  if (report.page) text += page_line(*report.page);
  text += part_line(report) + border_line(report.border) + frame_line(report.frame) + padded_line(report) +
          '\n' + class_lines(report);
  if (!map.has_cells()) text += "\n  the map is too large to be shown here; --heat FILE draws it\n";
  for (const int id : map.has_cells() ? shown_classes(report) : std::vector<int>()) {
    text += fmt::format("\n  {}, place by place{}\n", fitted_label(*report.info, id),
                        map.kind() == ScoreKind::probabilities ? kShadeLegend : "");
    text += picture_of_map(map, id);
  }
  if (report.region_request.kind != RegionKind::none) text += "\n" + region_table(report);
  text += geo_table(report);
  if (detail == Detail::verbose) text += winner_grid(map);
  text += time_line(report);
  return text;
}

std::string terminal_line(const RunReport& report) {
  const auto shown = shown_class(report);
  if (!shown) return fmt::format("{}: nothing but background\n", printable(report.image));
  const ClassPeak peak = class_peak(report, *shown);
  const bool unlikely = report.asked_classes.empty() && !report.map->predicted();
  return fmt::format("{}: {}{} {} at ({:.5g}, {:.5g}){}\n", printable(report.image),
                     unlikely ? "found nothing (" : "", printable(peak.label),
                     score_text(peak.score, report.map->kind()), peak.center_x, peak.center_y,
                     unlikely ? ")" : "");
}

std::string class_list(const ModelInfo& info, int classes) {
  std::string text;
  for (int id = 0; id < classes; ++id)
    text += fmt::format("{:>4}  {}{}\n", id, printable(class_label(info, id)),
                        info.background == id ? "  (background, never predicted)" : "");
  return text;
}

}  // namespace fcn::tools

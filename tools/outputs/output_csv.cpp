// SPDX-License-Identifier: MIT
#include "tools/outputs/output_writers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "fcn/base/printable.hpp"

namespace fcn::tools {
namespace {

/// A spreadsheet would compute what begins like a formula; an apostrophe before it makes it text.
std::string quoted(const std::string& label) {
  std::string text = printable(label);
  constexpr std::string_view kFormula[] = {"=", "+", "-", "@", "＝", "＋", "－", "＠"};
  for (const std::string_view start : kFormula)
    if (text.starts_with(start)) {
      text.insert(0, 1, '\'');
      break;
    }
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string field = "\"";
  for (const char c : text) {
    if (c == '"') field += '"';
    field += c;
  }
  return field + '"';
}

void append_cell(std::string& text, const RunReport& report, const std::vector<std::string>& labels,
                 const std::vector<int>& listed, int row, int col) {
  const ScoreMap& map = *report.map;
  const MapGeometry geometry = whole_geometry(report);
  const float* const scores = map.cell(row, col);
  const auto best = std::max_element(scores, scores + map.classes()) - scores;
  fmt::format_to(std::back_inserter(text), "{},{},{},{},{},{},{}", row, col, geometry.center_x(col),
                 geometry.center_y(row), best, labels[static_cast<std::size_t>(best)], scores[best]);
  for (const int id : listed) fmt::format_to(std::back_inserter(text), ",{}", scores[id]);
  text += '\n';
}

}  // namespace

Status write_csv(AtomicFile& file, const PictureResult& result) {
  const RunReport& report = result.report;
  const std::vector<int> listed = listed_classes(report);
  std::vector<std::string> labels;
  for (int id = 0; id < report.map->classes(); ++id) labels.push_back(quoted(class_label(*report.info, id)));
  std::string text = "row,col,center_x,center_y,best_class,best_label,best_score";
  for (const int id : listed) text += ',' + labels[static_cast<std::size_t>(id)];
  text += '\n';
  constexpr std::size_t kPiece = 1u << 16;
  for (int row = 0; row < report.map->rows(); ++row) {
    for (int col = 0; col < report.map->cols(); ++col) append_cell(text, report, labels, listed, row, col);
    if (text.size() < kPiece) continue;
    if (Status written = file.write(text); !written) return written;
    text.clear();
  }
  return file.write(text);
}

}  // namespace fcn::tools

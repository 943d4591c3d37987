// SPDX-License-Identifier: MIT
// Tables of labels: columns with or without a header, one of them the class's number.
#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <string>
#include <utility>

#include "tools/import/labels/label_lines.hpp"

namespace fcn::tools {
namespace {

using Row = std::vector<std::string>;

/// The fields of a line as CSV has them: "" within quotation marks is one. Nothing where they do not close.
std::optional<Row> split_row(std::string_view line, char separator) {
  Row row;
  std::string field;
  bool quoted = false, was_quoted = false;
  for (std::size_t i = 0; i <= line.size(); ++i) {
    if (i == line.size() || (!quoted && line[i] == separator)) {
      row.push_back(was_quoted ? field : std::string(trimmed(field)));
      field.clear();
      was_quoted = false;
    } else if (quoted && line[i] == '"') {
      quoted = i + 1 < line.size() && line[i + 1] == '"';
      if (quoted) field += line[i++];
    } else if (!quoted && line[i] == '"' && trimmed(field).empty()) {
      field.clear();
      quoted = was_quoted = true;
    } else {
      field += line[i];
    }
  }
  return quoted ? std::nullopt : std::optional(row);
}

std::string lower(std::string text) {
  for (char& c : text) c = c == ' ' ? '_' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

/// The only column with one of these words above it.
template <std::size_t count>
std::optional<std::size_t> column_of(const Row& header, const std::array<std::string_view, count>& words) {
  for (const std::string_view word : words)
    for (std::size_t i = 0; i < header.size(); ++i)
      if (lower(header[i]) == word) return i;
  return std::nullopt;
}

constexpr std::array<std::string_view, 10> kIndexWords = {
    "index", "idx", "class_index", "class_idx", "class_id", "classid", "label_id", "id", "target", "number"};
constexpr std::array<std::string_view, 9> kNameWords = {"name",       "class_name", "classname",
                                                        "label_name", "label",      "display_name",
                                                        "class",      "category",   "description"};

struct Columns {
  std::size_t index = 0;
  std::size_t name = 1;
  std::size_t count = 2;
  bool header = false;
};

/// The columns as the first line shows them: a header, a number first or a number last.
std::optional<Columns> columns_of(const Row& first) {
  if (first.size() < 2) return std::nullopt;
  const auto index = column_of(first, kIndexWords), name = column_of(first, kNameWords);
  if (index && name) return Columns{*index, *name, first.size(), true};
  // "class,label": the number is in the first.
  if (first.size() == 2 && lower(first[0]) == "class" &&
      (lower(first[1]) == "label" || lower(first[1]) == "name"))
    return Columns{0, 1, 2, true};
  if (first.size() != 2) return std::nullopt;
  if (whole_number(first[0])) return Columns{0, 1, 2, false};
  if (whole_number(first[1])) return Columns{1, 0, 2, false};
  return std::nullopt;
}

}  // namespace

std::optional<Result<LabelList>> labels_from_table(const std::vector<TextLine>& lines, char separator) {
  if (lines.front().text.find(separator) == std::string_view::npos) return std::nullopt;
  const auto first = split_row(lines.front().text, separator);
  const auto columns = first ? columns_of(*first) : std::nullopt;
  if (!columns) {
    // "0,tench,fish": a number and more than its label, with no word on which is which.
    if (lines.size() > 1 && first && first->size() > 2 && whole_number(first->front()))
      return Result<LabelList>(
          error_at_line(lines.front().number, std::to_string(first->size()) +
                                                  " columns without a header: which "
                                                  "is the label? Add a line such as index,name"));
    return std::nullopt;
  }
  std::vector<NumberedLabel> labels;
  for (std::size_t i = columns->header ? 1 : 0; i < lines.size(); ++i) {
    auto row = split_row(lines[i].text, separator);
    if (!row) return Result<LabelList>(error_at_line(lines[i].number, "a quotation mark without its other"));
    if (row->size() != columns->count)
      return Result<LabelList>(error_at_line(
          lines[i].number,
          std::to_string(row->size()) + " columns, expected " + std::to_string(columns->count)));
    const auto index = whole_number((*row)[columns->index]);
    if (!index)
      return Result<LabelList>(error_at_line(
          lines[i].number, "column " + std::to_string(columns->index + 1) + " is not a class's number"));
    labels.push_back({std::move((*row)[columns->name]), *index, lines[i].number});
  }
  return in_class_order(std::move(labels),
                        columns->header ? "a table with a header" : "a table of numbers and labels");
}

}  // namespace fcn::tools

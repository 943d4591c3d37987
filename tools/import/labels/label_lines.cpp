// SPDX-License-Identifier: MIT
#include "tools/import/labels/label_lines.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <string>
#include <system_error>
#include <utility>

namespace fcn::tools {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// A line's number and what follows it: "0 tench", "0: tench", "0. tench", "0) tench".
struct Numbered {
  std::int64_t index = 0;
  char mark = ' ';  ///< what stands between
  std::string_view rest;
};

std::optional<Numbered> split_number(std::string_view line) {
  const std::size_t digits =
      static_cast<std::size_t>(std::find_if_not(line.begin(), line.end(), is_digit) - line.begin());
  const auto index = whole_number(line.substr(0, digits));
  if (!index || digits == line.size()) return std::nullopt;
  char mark = line[digits];
  if (mark == '\t') mark = ' ';
  const bool marked = mark == ':' || mark == '.' || mark == ')';
  if (!marked && mark != ' ') return std::nullopt;
  const std::string_view after = line.substr(digits + 1);
  // "3.5 mm" and "12:30" are labels; so is "3 - 4".
  if (mark == '.' && (after.empty() || after.front() != ' ')) return std::nullopt;
  const std::string_view rest = trimmed(after);
  if (rest.empty()) return std::nullopt;
  return Numbered{*index, mark, rest};
}

/// The rest of a synset's line; nothing if it is none.
std::optional<std::string_view> split_synset(std::string_view line) {
  const std::size_t blank = line.find_first_of(" \t,");
  if (blank == std::string_view::npos || !is_wordnet_id(line.substr(0, blank))) return std::nullopt;
  const std::string_view rest = trimmed(line.substr(blank + 1));
  return rest.empty() ? std::nullopt : std::optional(rest);
}

/// `text`, or what it quotes.
std::string unquoted(std::string_view text) {
  const bool quoted =
      text.size() >= 2 && text.front() == text.back() && (text.front() == '"' || text.front() == '\'');
  return std::string(quoted ? text.substr(1, text.size() - 2) : text);
}

Result<LabelList> numbered_labels(const std::vector<TextLine>& lines, char mark) {
  std::vector<NumberedLabel> labels;
  for (const TextLine& line : lines) {
    const auto split = split_number(line.text);
    if (!split || split->mark != mark)
      return error_at_line(line.number,
                           "is not numbered as the lines before: write a JSON list if numbers "
                           "belong to the labels");
    labels.push_back({unquoted(split->rest), split->index, line.number});
  }
  return in_class_order(std::move(labels), "numbered lines");
}

Result<LabelList> synset_labels(const std::vector<TextLine>& lines) {
  LabelList labels;
  labels.form = "WordNet ids and names";
  for (const TextLine& line : lines) {
    const auto name = split_synset(line.text);
    if (!name)
      return error_at_line(line.number, "does not begin with a WordNet id and a name as the lines before");
    // "n02119789 1 kit_fox" counts as ILSVRC's development kit does, which is not the order of networks.
    if (split_number(*name))
      return error_at_line(line.number,
                           "has a number behind its WordNet id: is that the class's, or ILSVRC's own? "
                           "Write a list in class order");
    labels.names.emplace_back(*name);
    labels.lines.push_back(line.number);
  }
  return labels;
}

/// Plain lines. It is ambiguous if one of them is numbered by its own place and others are not.
Result<LabelList> plain_labels(const std::vector<TextLine>& lines) {
  LabelList labels;
  labels.form = "one a line";
  for (const TextLine& line : lines) {
    const auto split = split_number(line.text);
    if (split && split->index == static_cast<std::int64_t>(labels.names.size()))
      return error_at_line(line.number,
                           "is numbered by its place, the lines before are not: write a JSON list if "
                           "the number belongs to the label");
    labels.names.emplace_back(line.text);
    labels.lines.push_back(line.number);
  }
  return labels;
}

/// All on one line: "tench,goldfish,hen".
Result<LabelList> labels_in_one_line(const TextLine& line, char separator) {
  LabelList labels;
  labels.form = "one line of several";
  for (std::string_view rest = line.text;;) {
    const std::size_t end = std::min(rest.find(separator), rest.size());
    labels.names.push_back(unquoted(trimmed(rest.substr(0, end))));
    labels.lines.push_back(line.number);
    if (end == rest.size()) return labels;
    rest.remove_prefix(end + 1);
  }
}

}  // namespace

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || !is_digit(text.front()) || failed != std::errc() || end != text.data() + text.size())
    return std::nullopt;
  return value;
}

bool is_wordnet_id(std::string_view text) {
  return text.size() >= 5 && text.size() <= 9 && text.front() == 'n' &&
         std::all_of(text.begin() + 1, text.end(), is_digit);
}

Result<LabelList> labels_from_lines(const std::vector<TextLine>& lines) {
  for (const TextLine& line : lines)
    if (line.text.empty()) return error_at_line(line.number, "is empty: expected a label, for others follow");
  const TextLine& first = lines.front();
  for (const char separator : {'\t', ';', ','})
    if (auto table = labels_from_table(lines, separator)) return *std::move(table);
  for (const char separator : {'\t', ';', ','})
    if (lines.size() == 1 && first.text.find(separator) != std::string_view::npos)
      return labels_in_one_line(first, separator);
  if (split_synset(first.text)) return synset_labels(lines);
  const auto is_numbered = [](const TextLine& line) { return split_number(line.text).has_value(); };
  const auto number = split_number(first.text);
  if (number && (number->index == 0 || std::all_of(lines.begin(), lines.end(), is_numbered)))
    return numbered_labels(lines, number->mark);
  return plain_labels(lines);
}

}  // namespace fcn::tools

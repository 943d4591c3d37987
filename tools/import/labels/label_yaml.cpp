// SPDX-License-Identifier: MIT
#include "tools/import/labels/label_yaml.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "tools/import/labels/label_lines.hpp"
#include "tools/import/labels/label_text.hpp"
#include "tools/import/labels/quoted_text.hpp"

namespace fcn::tools {
namespace {

/// `text` up to a # that begins a comment: one after a blank, outside quotation marks.
std::string_view without_comment(std::string_view text) {
  char quote = '\0';
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (quote != '\0') {
      if (text[i] == '\\' && quote == '"')
        ++i;
      else if (text[i] == quote)
        quote = '\0';
    } else if (text[i] == '#' && (i == 0 || text[i - 1] == ' ' || text[i - 1] == '\t')) {
      return trimmed(text.substr(0, i));
    } else if ((text[i] == '"' || text[i] == '\'') &&
               (i == 0 || std::string_view(" [{,:").find(text[i - 1]) != std::string_view::npos)) {
      quote = text[i];
    }
  }
  return trimmed(text);
}

/// All lines but the empty ones, without comments.
std::vector<TextLine> yaml_lines(std::string_view text) {
  std::vector<TextLine> lines;
  for (const TextLine& line : split_lines(text)) {
    if (const std::string_view bare = without_comment(line.text); !bare.empty() && bare != "---")
      lines.push_back({line.number, bare, line.indented});
  }
  return lines;
}

std::optional<std::string_view> item_of(std::string_view line) {
  if (!line.starts_with("- ")) return std::nullopt;
  return trimmed(line.substr(2));
}

/// What stands behind a key at the start of a line.
std::optional<std::string_view> value_of(const TextLine& line, std::string_view key) {
  if (line.indented || !line.text.starts_with(key) || !line.text.substr(key.size()).starts_with(":"))
    return std::nullopt;
  const std::string_view rest = line.text.substr(key.size() + 1);
  if (!rest.empty() && rest.front() != ' ' && rest.front() != '\t') return std::nullopt;
  return trimmed(rest);
}

/// A scalar: plain, or in quotation marks.
Result<std::string> scalar(std::string_view text, int line) {
  if (text.empty()) return error_at_line(line, "a label is missing");
  if (text.front() == '\'') {
    std::string value;
    for (std::size_t i = 1; i < text.size(); ++i) {
      if (text[i] == '\'' && i + 1 == text.size()) return value;
      if (text[i] == '\'' && text[i + 1] != '\'') break;
      if (text[i] == '\'') ++i;
      value += text[i];
    }
    return error_at_line(line, "a quotation mark without its other");
  }
  if (text.front() == '"') {
    std::size_t length = 0;
    auto value = unquote(text, length);
    if (!value || length != text.size())
      return error_at_line(line, "quotation marks that do not hold one label");
    return value;
  }
  if (std::string_view("&*!|>%@`[]{},-?").find(text.front()) != std::string_view::npos ||
      text.find(": ") != std::string_view::npos)
    return error_at_line(line, "is no plain text of YAML: put the label in quotation marks");
  return std::string(text);
}

/// Where a piece of [a, b] or {0: a, 1: b} ends: at a comma or bracket outside quotation marks.
std::size_t piece_end(std::string_view text) {
  char quote = '\0';
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (quote != '\0') {
      if (text[i] == '\\' && quote == '"')
        ++i;
      else if (text[i] == quote)
        quote = '\0';
    } else if (text[i] == ',' || text[i] == ']' || text[i] == '}') {
      return i;
    } else if ((text[i] == '"' || text[i] == '\'') &&
               (trimmed(text.substr(0, i)).empty() || text[i - 1] == ' ')) {
      quote = text[i];
    }
  }
  return text.size();
}

/// Collects labels that all have a number, or none.
class Collected {
 public:
  Status add(std::string_view text, bool numbered, int line) {
    if (!labels_.empty() && numbered != numbered_)
      return error_at_line(line, "numbered and other labels are mixed");
    numbered_ = numbered;
    std::int64_t index = static_cast<std::int64_t>(labels_.size());
    if (numbered) {
      const std::size_t colon = std::min(text.find(':'), text.size());
      std::string_view key = trimmed(text.substr(0, colon));
      if (key.size() >= 2 && key.front() == key.back() && (key.front() == '"' || key.front() == '\''))
        key = key.substr(1, key.size() - 2);
      const auto number = whole_number(key);
      if (!number || colon == text.size())
        return error_at_line(line, "expected a class's number, a colon and its label");
      index = *number;
      text = trimmed(text.substr(colon + 1));
    }
    auto name = scalar(text, line);
    if (!name) return name.error();
    labels_.push_back({*std::move(name), index, line});
    return {};
  }
  Result<LabelList> finish() {
    return in_class_order(std::move(labels_), numbered_ ? "YAML names by number" : "a YAML list");
  }

 private:
  std::vector<NumberedLabel> labels_;
  bool numbered_ = false;
};

/// [a, b] or {0: a, 1: b}, over as many lines as it takes.
Result<LabelList> flow_labels(const std::vector<TextLine>& lines, std::size_t at, std::string_view rest) {
  const bool map = rest.front() == '{';
  const char close = map ? '}' : ']';
  Collected labels;
  rest = trimmed(rest.substr(1));
  for (;;) {
    if (rest.empty()) {
      if (++at == lines.size())
        return error_at_line(lines.back().number, std::string("the names end without ") + close);
      rest = lines[at].text;
    }
    const std::size_t end = piece_end(rest);
    const std::string_view piece = trimmed(rest.substr(0, end));
    const bool closes = end < rest.size() && rest[end] != ',';
    if (closes && rest[end] != close)
      return error_at_line(lines[at].number, std::string("expected ") + close);
    if (!piece.empty() || !closes)
      if (const Status added = labels.add(piece, map, lines[at].number); !added) return added.error();
    if (!closes) {
      rest = end < rest.size() ? trimmed(rest.substr(end + 1)) : std::string_view();
      continue;
    }
    if (!trimmed(rest.substr(end + 1)).empty())
      return error_at_line(lines[at].number, "there is more behind the names");
    return labels.finish();
  }
}

Result<LabelList> block_labels(const std::vector<TextLine>& lines, std::size_t at) {
  Collected labels;
  for (; at < lines.size(); ++at) {
    const auto item = item_of(lines[at].text);
    if (!item && !lines[at].indented) break;
    if (const Status added = labels.add(item.value_or(lines[at].text), !item, lines[at].number); !added)
      return added.error();
  }
  return labels.finish();
}

Result<LabelList> named_labels(const std::vector<TextLine>& lines, std::size_t at, std::string_view value) {
  if (value.empty()) return block_labels(lines, at + 1);
  if (value.front() == '[' || value.front() == '{') return flow_labels(lines, at, value);
  return error_at_line(lines[at].number, "names is neither a list nor a map of labels");
}

}  // namespace

bool looks_like_yaml(std::string_view text) {
  const std::vector<TextLine> lines = yaml_lines(text);
  const auto is_item = [](const TextLine& line) { return item_of(line.text).has_value(); };
  const auto is_names = [](const TextLine& line) { return value_of(line, "names").has_value(); };
  return !lines.empty() && (std::all_of(lines.begin(), lines.end(), is_item) ||
                            std::any_of(lines.begin(), lines.end(), is_names));
}

Result<LabelList> labels_from_yaml(std::string_view text) {
  const std::vector<TextLine> lines = yaml_lines(text);
  std::optional<std::size_t> names;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (!value_of(lines[i], "names")) continue;
    if (names) return error_at_line(lines[i].number, "names stands there a second time");
    names = i;
  }
  if (!names) return block_labels(lines, 0);
  auto labels = named_labels(lines, *names, *value_of(lines[*names], "names"));
  for (const TextLine& line : lines)
    if (const auto count = value_of(line, "nc");
        labels && count && whole_number(*count) != static_cast<std::int64_t>(labels->names.size()))
      return error_at_line(line.number, "nc is " + std::string(*count) + ", the names are " +
                                            std::to_string(labels->names.size()));
  return labels;
}

}  // namespace fcn::tools

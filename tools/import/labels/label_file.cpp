// SPDX-License-Identifier: MIT
#include "tools/import/labels/label_file.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "fcn/base/byte_source.hpp"
#include "tools/import/labels/label_lines.hpp"
#include "tools/import/labels/label_text.hpp"
#include "tools/import/labels/label_yaml.hpp"

namespace fcn::tools {
namespace {

/// More than ten times the largest list in use. A file of line feeds takes thirty times its size.
constexpr std::uint64_t kMostLabelBytes = 8u << 20;

/// Every label is one line of visible text. Duplicate names stay: ImageNet itself has two cranes.
Status check_names(const LabelList& labels, const Limits& limits) {
  for (std::size_t i = 0; i < labels.names.size(); ++i) {
    const std::string& name = labels.names[i];
    if (name.empty()) return error_at_line(labels.lines[i], "the label is empty");
    if (name.size() > limits.max_name_bytes)
      return error_at_line(labels.lines[i], "a label of " + std::to_string(name.size()) +
                                                " bytes, the most is " +
                                                std::to_string(limits.max_name_bytes));
    if (std::any_of(name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }))
      return error_at_line(labels.lines[i], "the label holds a control character");
  }
  if (labels.names.empty()) return Error{ErrorCode::invalid_argument, "holds no labels", ""};
  return {};
}

Result<LabelList> parse_any(std::string_view text, const Limits& limits) {
  const std::vector<TextLine> lines = split_lines(text);
  if (lines.empty()) return Error{ErrorCode::invalid_argument, "holds no labels", ""};
  if (lines.front().text.starts_with("<") || lines.front().text.starts_with("version https://git-lfs"))
    return error_at_line(lines.front().number, lines.front().text.starts_with("<")
                                                   ? "this is a web page or XML, not labels"
                                                   : "this is a Git LFS pointer: fetch the file itself");
  const auto first =
      std::find_if(lines.begin(), lines.end(), [](const TextLine& line) { return !line.text.empty(); });
  if (first->text.starts_with("[") || first->text.starts_with("{") || first->text.starts_with("(")) {
    const auto value = parse_literal(text, limits);
    return value ? labels_of(*value) : value.error();
  }
  if (looks_like_yaml(text)) return labels_from_yaml(text);
  return labels_from_lines(lines);
}

}  // namespace

Result<LabelList> parse_labels(std::string_view bytes, const Limits& limits) {
  const auto text = to_utf8_lines(bytes);
  if (!text) return text.error();
  auto labels = parse_any(*text, limits);
  if (!labels) return labels;
  if (const Status checked = check_names(*labels, limits); !checked) return checked.error();
  return labels;
}

Result<LabelList> read_label_file(const std::string& path, const Limits& limits) {
  const auto source = ByteSource::open(path);
  if (!source) return source.error();
  if (source->size() > kMostLabelBytes)
    return Error{ErrorCode::limit_exceeded,
                 "a label file of " + std::to_string(source->size()) + " bytes, the limit is " +
                     std::to_string(kMostLabelBytes),
                 path};
  const auto bytes = source->read(0, source->size());
  if (!bytes) return bytes.error().at(path);
  auto labels = parse_labels({reinterpret_cast<const char*>(bytes->data()), bytes->size()}, limits);
  if (!labels) return labels.error().at(path);
  return labels;
}

Status check_label_count(const LabelList& labels, int classes) {
  const auto wanted = static_cast<std::size_t>(classes);
  const std::size_t count = labels.names.size();
  if (count == wanted) return {};
  const std::string message = std::to_string(count) + (count == 1 ? " label, " : " labels, ") +
                              "the network has " + std::to_string(classes) +
                              (classes == 1 ? " class" : " classes") + " (read as " + labels.form + ")";
  if (count > wanted) return error_at_line(labels.lines[wanted], "one label too many: " + message);
  return error_at_line(*std::max_element(labels.lines.begin(), labels.lines.end()),
                       "the labels end too early: " + message);
}

Result<LabelList> in_class_order(std::vector<NumberedLabel> labels, std::string form) {
  std::stable_sort(labels.begin(), labels.end(),
                   [](const NumberedLabel& a, const NumberedLabel& b) { return a.index < b.index; });
  LabelList list;
  list.form = std::move(form);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    NumberedLabel& label = labels[i];
    const auto expected = static_cast<std::int64_t>(i);
    if (i > 0 && label.index == labels[i - 1].index)
      return error_at_line(label.line, "a second label for class " + std::to_string(label.index) +
                                           ", the first is in line " + std::to_string(labels[i - 1].line));
    if (label.index != expected)
      return error_at_line(label.line,
                           i == 0 ? "the first class has the number " + std::to_string(label.index) +
                                        ": classes count from 0 here (if the numbers belong to the labels, "
                                        "write them as a JSON list)"
                                  : "class " + std::to_string(label.index) + " follows class " +
                                        std::to_string(expected - 1) + ": a label is missing between them");
    list.names.push_back(std::move(label.name));
    list.lines.push_back(label.line);
  }
  return list;
}

}  // namespace fcn::tools

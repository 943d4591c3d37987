// SPDX-License-Identifier: MIT
// Labels in a parsed JSON or Python value: lists of names or records, dictionaries by index or by name.
#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <optional>
#include <system_error>
#include <utility>

#include "tools/import/labels/label_file.hpp"
#include "tools/import/labels/label_lines.hpp"
#include "tools/import/labels/label_text.hpp"

namespace fcn::tools {
namespace {

using LiteralKind = Literal::Kind;

/// A class's number: a whole number, or a text that is one (JSON has no other keys).
std::optional<std::int64_t> index_of(const Literal& value) {
  if (value.kind == LiteralKind::integer && value.integer >= 0) return value.integer;
  return value.kind == LiteralKind::text ? whole_number(value.text) : std::nullopt;
}

Error no_label(const Literal& value) {
  return error_at_line(value.line, "expected a label, or its WordNet id and it");
}

/// "tench", or ["n01440764", "tench"] as Keras's class index has it.
std::optional<std::string> name_of(const Literal& value) {
  if (value.kind == LiteralKind::text) return value.text;
  if (value.kind != LiteralKind::list || value.items.size() != 2) return std::nullopt;
  const Literal &id = value.items[0], &name = value.items[1];
  if (id.kind != LiteralKind::text || name.kind != LiteralKind::text || !is_wordnet_id(id.text))
    return std::nullopt;
  return name.text;
}

/// A record such as {"id": 0, "name": "tench"}.
std::optional<NumberedLabel> record_of(const Literal& value) {
  if (value.kind != LiteralKind::dictionary) return std::nullopt;
  std::optional<std::int64_t> index;
  const Literal* name = nullptr;
  for (const char* key : {"id", "index", "class_id", "class_index"})
    if (const Literal* found = value.find(key); found != nullptr && !index) index = index_of(*found);
  for (const char* key : {"name", "label", "class_name"})
    if (const Literal* found = value.find(key); found != nullptr && name == nullptr) name = found;
  if (!index || name == nullptr || name->kind != LiteralKind::text) return std::nullopt;
  return NumberedLabel{name->text, *index, value.line};
}

Result<LabelList> from_list(const Literal& list) {
  if (!list.items.empty() && list.items.front().kind == LiteralKind::dictionary) {
    std::vector<NumberedLabel> labels;
    for (const Literal& item : list.items) {
      auto record = record_of(item);
      if (!record) return error_at_line(item.line, "expected a record with an id and a name");
      labels.push_back(*std::move(record));
    }
    return in_class_order(std::move(labels), "a list of records");
  }
  LabelList labels;
  labels.form = "a list";
  for (const Literal& item : list.items) {
    auto name = name_of(item);
    if (!name || item.kind != list.items.front().kind) return no_label(item);
    labels.names.push_back(*std::move(name));
    labels.lines.push_back(item.line);
  }
  return labels;
}

/// {"0": "tench"} or {"tench": 0}.
Result<LabelList> from_dictionary(const Literal& value) {
  const auto is_index = [](const Literal& each) { return index_of(each).has_value(); };
  const bool by_name = !value.items.empty() && std::all_of(value.items.begin(), value.items.end(), is_index);
  const bool by_index = !value.keys.empty() && std::all_of(value.keys.begin(), value.keys.end(), is_index);
  if (by_name && by_index && value.items.front().kind == LiteralKind::text)
    return error_at_line(value.line, "keys and values are numbers alike: which are the labels? Write a list");
  if (!by_name && !by_index)
    return error_at_line(value.line,
                         "a dictionary neither from class numbers to labels nor from labels to them");
  std::vector<NumberedLabel> labels;
  for (std::size_t i = 0; i < value.keys.size(); ++i) {
    const Literal &key = value.keys[i], &item = value.items[i];
    auto name =
        by_name ? (key.kind == LiteralKind::text ? std::optional(key.text) : std::nullopt) : name_of(item);
    if (!name) return no_label(by_name ? key : item);
    labels.push_back({*std::move(name), *index_of(by_name ? item : key), key.line});
  }
  return in_class_order(std::move(labels), by_name ? "a dictionary by name" : "a dictionary by index");
}

}  // namespace

Result<LabelList> labels_of(const Literal& value) {
  if (value.kind == LiteralKind::list) return from_list(value);
  if (value.kind != LiteralKind::dictionary)
    return error_at_line(value.line, "expected a list or a dictionary of labels");
  constexpr std::array keys = {"id2label", "idx_to_class", "names",      "label_names", "class_names",
                               "labels",   "classes",      "categories", "label2id",    "class_to_idx"};
  for (const char* key : keys) {
    const Literal* found = value.find(key);
    if (found != nullptr && found->kind == LiteralKind::list) return from_list(*found);
    if (found != nullptr && found->kind == LiteralKind::dictionary) return from_dictionary(*found);
  }
  return from_dictionary(value);
}

}  // namespace fcn::tools

// SPDX-License-Identifier: MIT
// Class labels from any usual text: one a line, numbered, synsets, CSV, YAML, JSON and Python lists and
// dictionaries. Anything ambiguous (gaps, duplicates, mixed forms) is an Error with its
// line. The forms, one by one: docs/export.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fcn/limits.hpp"
#include "fcn/result.hpp"
#include "tools/import/labels/literal.hpp"

namespace fcn::tools {

struct LabelList {
  std::vector<std::string> names;  ///< in class order
  std::vector<int> lines;          ///< where each stands, from 1
  std::string form;                ///< for messages: "one a line", "a dictionary by index"
};

/// A label and the class that its text says it belongs to.
struct NumberedLabel {
  std::string name;
  std::int64_t index = 0;
  int line = 0;
};

/// The bytes of a label file, or of an exporter's metadata.
Result<LabelList> parse_labels(std::string_view bytes, const Limits& limits = {});
/// Labels in a value that has been parsed: a list, a dictionary by index or by name, or a configuration that
/// holds one of these under a usual name (id2label, names, ...).
Result<LabelList> labels_of(const Literal& value);
/// Errors begin with the path.
Result<LabelList> read_label_file(const std::string& path, const Limits& limits = {});

/// An Error, with the line of the first label too many or of the end, unless there is one for each class.
Status check_label_count(const LabelList& labels, int classes);

/// In class order; every number from 0 on must be there once.
Result<LabelList> in_class_order(std::vector<NumberedLabel> labels, std::string form);

}  // namespace fcn::tools

// SPDX-License-Identifier: MIT
// Labels in YAML, as far as data sets and exporters use it: a list of dashes, or `names:` (Ultralytics'
// data.yaml and metadata.yaml) with a list or a map by number, in blocks or in brackets. No YAML reader
// beyond.
#pragma once

#include <string_view>

#include "fcn/result.hpp"
#include "tools/import/labels/label_file.hpp"

namespace fcn::tools {

/// Whether there is a key `names:` at the start of a line, or every line is an item with a dash.
bool looks_like_yaml(std::string_view text);

/// `nc:`, where it stands beside the names, must be their number.
Result<LabelList> labels_from_yaml(std::string_view text);

}  // namespace fcn::tools

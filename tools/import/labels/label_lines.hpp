// SPDX-License-Identifier: MIT
// Labels in lines: plain, numbered ("0: tench"), synsets ("n01440764 tench") and tables of columns.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "fcn/result.hpp"
#include "tools/import/labels/label_file.hpp"
#include "tools/import/labels/label_text.hpp"

namespace fcn::tools {

Result<LabelList> labels_from_lines(const std::vector<TextLine>& lines);

/// Lines whose fields are separated by `separator`, quoted where they hold it themselves; nothing if they are
/// no table of class numbers and labels.
std::optional<Result<LabelList>> labels_from_table(const std::vector<TextLine>& lines, char separator);

/// All of `text` as a number from 0; nothing for anything else.
std::optional<std::int64_t> whole_number(std::string_view text);

/// "n01440764".
bool is_wordnet_id(std::string_view text);

}  // namespace fcn::tools

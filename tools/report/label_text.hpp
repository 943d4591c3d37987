// SPDX-License-Identifier: MIT
// A labelled picture in words: the table on the terminal, one line of several pictures, the JSON line.
#pragma once

#include <cstdint>
#include <string>

#include "tools/report/json_members.hpp"
#include "tools/runs/label_report.hpp"

namespace fcn::tools {

std::string label_table(const LabelReport& report);
/// The labels of most pixels, in one line.
std::string label_line(const LabelReport& report);
/// The size of label_json()'s text, or a little more: most of it are runs.
std::uint64_t label_json_bytes(const LabelReport& report);
/// docs/segmentation.md describes it.
std::string label_json(const LabelReport& report, Cost cost = Cost::told);

}  // namespace fcn::tools

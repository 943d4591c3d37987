// SPDX-License-Identifier: MIT
// A result as text for a terminal of 80 columns: the best classes and where, a small map of the shown one,
// times.
#pragma once

#include <string>
#include <string_view>

#include "fcn/model_info.hpp"
#include "tools/runs/run_report.hpp"

namespace fcn::tools {

enum class Detail { normal, verbose };

/// The whole report, newline included. Text from files is escaped.
std::string terminal_report(const RunReport& report, Detail detail);

/// One line for a picture among many, without its map.
std::string terminal_line(const RunReport& report);

/// Which page of a file ran, as an indented line; empty if there is no other.
std::string page_line(const PageChoice& page);

/// The model's classes with their numbers, one a line.
std::string class_list(const ModelInfo& info, int classes);

}  // namespace fcn::tools

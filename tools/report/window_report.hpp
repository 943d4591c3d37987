// SPDX-License-Identifier: MIT
// A comparison with sliding windows (window_comparison.hpp) for people, at 80 columns, and for programs.
#pragma once

#include <string>

#include "tools/runs/run_report.hpp"
#include "tools/runs/window_comparison.hpp"
#include "tools/shell/json_writer.hpp"

namespace fcn::tools {

/// Lines that follow the report of the picture. Text from files is escaped.
std::string window_report(const RunReport& report, const WindowComparison& comparison);

/// Adds the member "compare_windows" to the JSON line.
void add_windows(JsonWriter& json, const RunReport& report, const WindowComparison& comparison);

}  // namespace fcn::tools

// SPDX-License-Identifier: MIT
// One picture's result as one line of JSON, schema "fcn-infer/1".
#pragma once

#include <string>

#include "tools/report/json_members.hpp"
#include "tools/runs/run_report.hpp"

namespace fcn::tools {

/// The line, without the newline. Numbers that JSON cannot represent (NaN, infinities) become null, bytes
/// that are not UTF-8 the replacement character.
std::string json_line(const RunReport& report, Cost cost = Cost::told);

}  // namespace fcn::tools

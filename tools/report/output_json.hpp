// SPDX-License-Identifier: MIT
// One picture's result as one line of JSON, schema "fcn-infer/1".
#pragma once

#include <string>

#include "tools/report/json_numbers.hpp"
#include "tools/runs/run_report.hpp"

namespace fcn::tools {

/// The file's picture, and where the map's cells lie in it: cell (row, col) at first_center_px +
/// row * row_step_px + col * col_step_px.
Json original_fields(const OriginalFrame& frame, const MapGeometry& geometry);

/// The line, without the newline. Numbers that JSON cannot represent (NaN, infinities) become null, bytes
/// that are not UTF-8 the replacement character.
std::string json_line(const RunReport& report);

}  // namespace fcn::tools

// SPDX-License-Identifier: MIT
// The regions of a result as lines for a terminal of 80 columns.
#pragma once

#include <string>

#include "tools/runs/run_report.hpp"

namespace fcn::tools {

/// A heading and a line for each region, best first; of many, the best ones and how many more there are.
std::string region_table(const RunReport& report);

}  // namespace fcn::tools

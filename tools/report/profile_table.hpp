// SPDX-License-Identifier: MIT
// A profile as a table for a terminal of 80 columns.
#pragma once

#include <string>

#include "tools/runs/run_profile.hpp"

namespace fcn::tools {

/// Two head lines that explain what is counted, then a line per layer. Text from files is escaped.
std::string profile_table(const RunProfile& profile);

}  // namespace fcn::tools

// SPDX-License-Identifier: MIT
// A profile as a table for a terminal of 80 columns.
#pragma once

#include <string>

#include "tools/runs/run_profile.hpp"

namespace fcn::tools {

/// Two head lines that say what is counted, then a line a layer. Text from files is escaped.
std::string profile_table(const RunProfile& profile);

}  // namespace fcn::tools

// SPDX-License-Identifier: MIT
// What fcn-export tells people of a model's pictures and labels: each with where it comes from.
#pragma once

#include <string>

#include "tools/export/export_model.hpp"

namespace fcn::tools {

/// Lines of up to 80 columns, where names and paths allow it.
std::string preprocessing_table(const ExportReport& report);

}  // namespace fcn::tools

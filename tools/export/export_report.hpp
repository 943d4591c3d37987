// SPDX-License-Identifier: MIT
// fcn-export's report on a model's preprocessing and labels, each with its source.
#pragma once

#include <string>

#include "tools/export/export_model.hpp"

namespace fcn::tools {

/// Lines of up to 80 columns, if names and paths allow it.
std::string preprocessing_table(const ExportReport& report);

}  // namespace fcn::tools

// SPDX-License-Identifier: MIT
// Finds the model if the user names none.
#pragma once

#include <string>

#include "fcn/result.hpp"

namespace fcn::tools {

/// $FCN_MODEL if set; else the shipped model, looked for from the executable's own folder upwards: weights/
/// in a source tree, share/fcn/ where it is installed.
Result<std::string> find_default_model();

}  // namespace fcn::tools

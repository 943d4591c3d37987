// SPDX-License-Identifier: MIT
// One argument of a call in a .pt2's JSON (Argument in PyTorch's schema.py): a union that names its kind.
#pragma once

#include <string>
#include <vector>

#include "fcn/file/json.hpp"
#include "fcn/limits.hpp"
#include "fcn/result.hpp"
#include "tools/import/pt2/file/pt2_program.hpp"

namespace fcn::tools {

Result<AtenArgument> read_argument(const JsonView& json, const Limits& limits);

/// The names of the values that an argument in the place of an output makes, one after the other; an empty
/// one for None.
Result<std::vector<std::string>> read_output(const JsonView& json, const Limits& limits);

}  // namespace fcn::tools

// SPDX-License-Identifier: MIT
// From what the user names to the pictures to run.
#pragma once

#include <string>
#include <vector>

#include "engine/result.hpp"

namespace fcn::tools {

struct InputList {
  std::vector<std::string> images;  ///< in the order given; those of a folder by name
  std::vector<Error> errors;        ///< folders that cannot be read or hold no picture
};

/// Folders are replaced by the picture files in them (by ending, whatever its case; not in folders below).
/// Anything else is taken as it is: whether it exists shows when it is opened.
InputList list_inputs(const std::vector<std::string>& arguments);

}  // namespace fcn::tools

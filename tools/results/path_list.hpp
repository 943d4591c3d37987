// SPDX-License-Identifier: MIT
// A list of pictures in a file, read to its end. Not here: lists that are run as they come
// (infer/path_stream.hpp).
#pragma once

#include <string>
#include <vector>

#include "fcn/result.hpp"

namespace fcn::tools {

/// The paths in a file, or in standard input for "-": one a line, or, if there is a NUL in it, ended by NUL
/// as `find -print0` does. Each is taken as it is, empty ones are left out.
Result<std::vector<std::string>> read_path_list(const std::string& file);

}  // namespace fcn::tools

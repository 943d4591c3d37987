// SPDX-License-Identifier: MIT
// Expands the user's arguments into the list of pictures to run.
#pragma once

#include <string>
#include <vector>

#include "fcn/result.hpp"

namespace fcn::tools {

struct InputList {
  std::vector<std::string> images;  ///< in the order given; those of a folder or a pattern by name
  std::vector<Error> errors;        ///< folders and lists that cannot be read, or hold no picture
};

/// Folders are replaced by the picture files in them (by ending, whatever its case; not in folders below),
/// patterns of glob(7) that name no file themselves by what they match, as the shell would. Anything else is
/// taken as it is: whether it exists shows when it is opened.
InputList list_inputs(const std::vector<std::string>& arguments);

/// Adds the paths in a file, or standard input for "-" (results/path_list.hpp).
void add_listed_inputs(const std::string& file, InputList& list);

/// Whether a path that a list gave may be read: pipes, sockets and devices may only where the user names them
/// as an argument, because reading one may never end.
Status check_listed_input(const std::string& path);

}  // namespace fcn::tools

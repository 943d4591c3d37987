// SPDX-License-Identifier: MIT
// A manual page (section 1) of a command line.
#pragma once

#include <string>

#include "tools/shell/generate/command_outline.hpp"

namespace fcn::tools {

/// The page in man(7)'s macros. `version` stands in its footer.
[[nodiscard]] std::string man_page(const CommandOutline& program, const std::string& version);

}  // namespace fcn::tools

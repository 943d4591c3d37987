// SPDX-License-Identifier: MIT
// Completion of a command line by bash, zsh and fish, as files of those shells.
#pragma once

#include <string>

#include "tools/shell/generate/command_outline.hpp"

namespace fcn::tools {

[[nodiscard]] std::string bash_completion(const CommandOutline& program);
[[nodiscard]] std::string zsh_completion(const CommandOutline& program);
[[nodiscard]] std::string fish_completion(const CommandOutline& program);

}  // namespace fcn::tools

// SPDX-License-Identifier: MIT
// Replaces operators that change a tensor in place, as exported programs keep them (relu_, add_), by ones
// that make a new tensor: later readers of the changed tensor read the new one. A program that reads
// the change through another view of the same memory is refused.
#pragma once

#include <string>

#include "tools/import/pt2/file/pt2_program.hpp"

namespace fcn::tools {

/// Renames the arguments of the program's calls, and its outputs. A Refusal names the call that cannot be
/// renamed.
void resolve_in_place(AtenProgram& program);

}  // namespace fcn::tools

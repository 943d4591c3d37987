// SPDX-License-Identifier: MIT
// The system calls that a program in the sandbox can make (sandbox.hpp). Not here: which files they can open.
#pragma once

#include "fcn/result.hpp"

namespace fcn::tools {

/// Refuses, with EPERM, every system call that is not on the list in system_calls.cpp. For the rest of this
/// process, all its threads included; no_new_privs must be set. ErrorCode::unsupported if the kernel cannot
/// do it.
Status limit_system_calls();

}  // namespace fcn::tools

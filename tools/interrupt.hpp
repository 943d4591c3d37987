// SPDX-License-Identifier: MIT
// Ctrl-C and its like end a tool at once and leave nothing half written behind. Not here: the files
// themselves (atomic_file.hpp).
#pragma once

namespace fcn::tools {

/// Exit code of an interrupted tool.
inline constexpr int kExitInterrupted = 130;

/// Call first thing in main, before any thread exists. From then on SIGINT, SIGTERM and SIGHUP remove
/// unfinished output files and end the process with kExitInterrupted, whatever the other threads are doing. A
/// broken pipe becomes an ordinary write error.
void end_cleanly_when_interrupted();

}  // namespace fcn::tools

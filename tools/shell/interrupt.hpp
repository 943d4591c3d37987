// SPDX-License-Identifier: MIT
// Ctrl-C and similar signals end a tool without leaving half-written files: at once or, if requested, when
// the current work is done. Not here: the files themselves (atomic_file.hpp).
#pragma once

namespace fcn::tools {

/// Exit code of an interrupted tool.
inline constexpr int kExitInterrupted = 130;

/// Call first thing in main, before any thread exists. From then on SIGINT, SIGTERM and SIGHUP remove
/// unfinished output files and end the process with kExitInterrupted, whatever the other threads are doing. A
/// broken pipe and a file over the size that the user may write become ordinary write errors.
void end_cleanly_when_interrupted();

/// From now on the first of these signals only makes interrupted() true and is acknowledged on standard
/// error, so that the caller can finish its current work. The second ends the process as above.
void finish_when_interrupted();

/// Whether a signal came since finish_when_interrupted().
bool interrupted();

/// A file descriptor that can be read, for poll(), as soon as interrupted() is true: for work that waits. -1
/// before end_cleanly_when_interrupted(), which poll() ignores.
int interruption_fd();

}  // namespace fcn::tools

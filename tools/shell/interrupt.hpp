// SPDX-License-Identifier: MIT
// Ctrl-C and similar signals end a tool without leaving half-written files: at once or, if requested, when
// the current work is done; and so does lack of memory where nothing can be thrown. Not here: the files
// themselves (atomic_file.hpp).
#pragma once

namespace fcn::tools {

/// Exit code of an interrupted tool.
inline constexpr int kExitInterrupted = 130;

/// Call first thing in main. From then on a broken pipe and a file over the size that the user may write are
/// ordinary write errors.
void outlive_failed_writes();

/// Call before any output is opened, and before any other thread exists; in a sandbox only from within
/// (sandbox.hpp), because it starts one. From then on SIGINT, SIGTERM and SIGHUP remove unfinished output
/// files and end the process with kExitInterrupted, whatever the other threads are doing.
void end_cleanly_when_interrupted();

/// Some libraries allocate where they must not throw (CLI11's names, nlohmann's destructors). Where memory
/// runs out there, unfinished output files are removed, one line says so, and the process ends with
/// `exit_code` instead of an abort. What else ends a program like that is a defect, and still aborts.
void end_cleanly_without_memory(const char* program, int exit_code);

/// From now on the first of these signals only makes interrupted() true and is acknowledged on standard
/// error, so that the caller can finish its current work. The second ends the process as above.
void finish_when_interrupted();

/// Whether a signal came since finish_when_interrupted().
bool interrupted();

/// A file descriptor that can be read, for poll(), as soon as interrupted() is true: for work that waits. -1
/// before end_cleanly_when_interrupted(), which poll() ignores.
int interruption_fd();

}  // namespace fcn::tools

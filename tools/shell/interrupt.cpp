// SPDX-License-Identifier: MIT
// A thread that waits for the signals instead of handlers: it may take locks, so the list of unfinished files
// needs no async-signal-safe tricks, and it does not wait for an inference to finish.
#include "tools/shell/interrupt.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <exception>
#include <new>
#include <string_view>
#include <thread>

#include "tools/shell/atomic_file.hpp"
#include "tools/shell/standard_streams.hpp"

namespace fcn::tools {
namespace {

std::atomic<bool> may_finish{false};
std::atomic<bool> was_interrupted{false};
int interruption_pipe[2] = {-1, -1};  // its reading end, and its writing end
const char* program_name = "";
int exit_without_memory = 1;

/// A line on standard error, in place of a progress bar that may stand there. A failed
/// write is ignored.
void say(std::string_view line) {
  const std::string_view clear(::isatty(STDERR_FILENO) ? "\r\x1b[K" : "");
  for (const std::string_view text : {clear, line})  // not one string: there may be no memory for it
    [[maybe_unused]] const ssize_t ignored = ::write(STDERR_FILENO, text.data(), text.size());
}

void end_process() {
  abandon_unfinished_files();
  say("interrupted\n");
  ::_exit(kExitInterrupted);
}

}  // namespace

void outlive_failed_writes() {
  ::signal(SIGPIPE, SIG_IGN);
  ::signal(SIGXFSZ, SIG_IGN);
}

void end_cleanly_when_interrupted() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    // A process started with nohup, or in the background of a script, must ignore the signal.
    struct sigaction current {};
    ::sigaction(number, nullptr, &current);
    if (current.sa_handler != SIG_IGN) sigaddset(&signals, number);
  }
  if (::pipe2(interruption_pipe, O_CLOEXEC) != 0) interruption_pipe[0] = interruption_pipe[1] = -1;
  // Threads inherit the mask: from here on only the waiting thread receives these signals.
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::thread([signals] {
    for (;;) {
      int number = 0;
      while (::sigwait(&signals, &number) != 0) continue;
      if (!may_finish || was_interrupted.exchange(true)) end_process();
      [[maybe_unused]] const ssize_t ignored = ::write(interruption_pipe[1], "", 1);
      say("finishing this picture; once more to stop at once\n");
    }
  }).detach();
}

void end_cleanly_without_memory(const char* program, int exit_code) {
  program_name = program;
  exit_without_memory = exit_code;
  std::set_terminate([] {
    try {
      if (const std::exception_ptr thrown = std::current_exception()) std::rethrow_exception(thrown);
    } catch (const std::bad_alloc&) {
      abandon_unfinished_files();
      for (const char* const part : {program_name, ": out of memory\n"}) write_to_stderr(part);
      ::_exit(exit_without_memory);
    } catch (...) {
    }
    std::abort();
  });
}

void finish_when_interrupted() {
  may_finish = true;
}

bool interrupted() {
  return was_interrupted;
}

int interruption_fd() {
  return interruption_pipe[0];
}

}  // namespace fcn::tools

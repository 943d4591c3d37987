// SPDX-License-Identifier: MIT
// A thread that waits for the signals instead of handlers: it may take locks, so the list of unfinished files
// needs no async-signal-safe tricks, and it does not wait for an inference to finish.
#include "tools/interrupt.hpp"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <string_view>
#include <thread>

#include "tools/atomic_file.hpp"

namespace fcn::tools {
namespace {

void end_process() {
  abandon_unfinished_files();
  // A progress bar may stand on the line. If the write fails there is nobody left to tell.
  constexpr std::string_view clear_and_say = "\r\x1b[Kinterrupted\n";
  constexpr std::string_view say = "interrupted\n";
  const std::string_view text = ::isatty(STDERR_FILENO) ? clear_and_say : say;
  [[maybe_unused]] const ssize_t ignored = ::write(STDERR_FILENO, text.data(), text.size());
  ::_exit(kExitInterrupted);
}

}  // namespace

void end_cleanly_when_interrupted() {
  ::signal(SIGPIPE, SIG_IGN);
  sigset_t signals;
  sigemptyset(&signals);
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    // Whoever started us with nohup, or in the background of a script, wants the signal ignored.
    struct sigaction current {};
    ::sigaction(number, nullptr, &current);
    if (current.sa_handler != SIG_IGN) sigaddset(&signals, number);
  }
  // Threads inherit the mask: from here on only the waiting thread receives these signals.
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::thread([signals] {
    int number = 0;
    while (::sigwait(&signals, &number) != 0) continue;
    end_process();
  }).detach();
}

}  // namespace fcn::tools

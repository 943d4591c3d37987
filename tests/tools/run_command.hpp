// SPDX-License-Identifier: MIT
// Runs a program as a user would, and gives what it said where.
#pragma once

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <string>
#include <utility>
#include <vector>

#include "tests/tools/picture_files.hpp"

namespace fcn::tools::test {

struct CommandResult {
  int exit_code = -1;  ///< 128 + signal if one ended it
  std::string out;
  std::string err;
};

struct CommandOptions {
  std::string input = {};                     ///< file on standard input; empty for none
  std::string output = {};                    ///< where standard output goes; empty to capture it
  std::string error = {};                     ///< where standard error goes; empty to capture it
  std::vector<int> closed = {};               ///< standard streams that the program finds closed
  std::vector<std::string> environment = {};  ///< NAME=value, added
  rlim_t file_size = RLIM_INFINITY;           ///< no file may grow beyond: a full disk in small
};

namespace detail {

inline void become(const std::vector<std::string>& command, const CommandOptions& options,
                   const std::string& out, const std::string& err, const sigset_t& mask) {
  const std::string in = options.input.empty() ? "/dev/null" : options.input;
  ::dup2(::open(in.c_str(), O_RDONLY), 0);
  ::dup2(::open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), 1);
  ::dup2(::open(err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), 2);
  if (!options.error.empty()) ::dup2(::open(options.error.c_str(), O_WRONLY), 2);
  for (int fd = 3; fd < 64; ++fd) ::close(fd);
  for (const int fd : options.closed) ::close(fd);
  for (const std::string& variable : options.environment) ::putenv(const_cast<char*>(variable.c_str()));
  // A test that runs in the background has SIGINT ignored, and would hand that on.
  std::signal(SIGINT, SIG_DFL);
  ::sigprocmask(SIG_SETMASK, &mask, nullptr);
  if (options.file_size != RLIM_INFINITY) {
    std::signal(SIGXFSZ, SIG_DFL);
    const struct rlimit limit { options.file_size, options.file_size };
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  std::vector<char*> arguments;
  for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  ::execv(arguments[0], arguments.data());
  ::_exit(127);
}

inline std::string text_of(const std::string& path) {
  const Bytes bytes = read_file(path);
  return {bytes.begin(), bytes.end()};
}

}  // namespace detail

/// A program that runs beside the test.
class RunningCommand {
 public:
  /// Starts `command`; its first word is a path.
  explicit RunningCommand(const std::vector<std::string>& command, const CommandOptions& options = {})
      : out_(options.output.empty() ? folder_ / "out" : options.output), captured_(options.output.empty()) {
    // Blocked until the child is no longer this test program, whose own handler would report a failure.
    sigset_t interrupt;
    sigset_t mask;
    sigemptyset(&interrupt);
    sigaddset(&interrupt, SIGINT);
    ::sigprocmask(SIG_BLOCK, &interrupt, &mask);
    child_ = ::fork();
    if (child_ == 0) detail::become(command, options, out_, folder_ / "err", mask);
    ::sigprocmask(SIG_SETMASK, &mask, nullptr);
  }
  RunningCommand(const RunningCommand&) = delete;
  RunningCommand& operator=(const RunningCommand&) = delete;
  ~RunningCommand() {
    if (child_ <= 0) return;
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
  }

  [[nodiscard]] pid_t process() const { return child_; }
  void send(int signal) const { ::kill(child_, signal); }
  void interrupt() const { send(SIGINT); }
  void kill() const { send(SIGKILL); }
  [[nodiscard]] bool is_running() const {
    siginfo_t ended{};
    return ::waitid(P_PID, static_cast<id_t>(child_), &ended, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           ended.si_pid == 0;
  }

  /// Waits until standard error holds `text`; false if that takes minutes.
  [[nodiscard]] bool says(const std::string& text) const {
    for (int i = 0; i < 20'000; ++i) {
      if (detail::text_of(folder_ / "err").find(text) != std::string::npos) return true;
      ::usleep(10'000);
    }
    return false;
  }

  /// Waits for its end.
  CommandResult finish() {
    int status = 0;
    ::waitpid(std::exchange(child_, -1), &status, 0);
    CommandResult result;
    result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    if (captured_) result.out = detail::text_of(out_);
    result.err = detail::text_of(folder_ / "err");
    return result;
  }

 private:
  const TemporaryFolder folder_;
  std::string out_;
  bool captured_;
  pid_t child_ = -1;
};

/// Runs `command` to its end; `interrupt_after` microseconds it gets a SIGINT, if not 0.
inline CommandResult run_command(const std::vector<std::string>& command, const CommandOptions& options = {},
                                 useconds_t interrupt_after = 0) {
  RunningCommand running(command, options);
  if (interrupt_after != 0) {
    ::usleep(interrupt_after);
    running.interrupt();
  }
  return running.finish();
}

}  // namespace fcn::tools::test

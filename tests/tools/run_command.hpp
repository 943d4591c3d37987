// SPDX-License-Identifier: MIT
// Runs a program as a user would, and gives what it said where.
#pragma once

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <string>
#include <vector>

#include "tests/tools/picture_files.hpp"

namespace fcn::tools::test {

struct CommandResult {
  int exit_code = -1;  ///< 128 + signal if one ended it
  std::string out;
  std::string err;
};

struct CommandOptions {
  std::string input;                     ///< file on standard input; empty for none
  std::string output;                    ///< where standard output goes; empty to capture it
  std::vector<std::string> environment;  ///< NAME=value, added
  rlim_t file_size = RLIM_INFINITY;      ///< no file may grow beyond: a full disk in small
};

namespace detail {

inline void become(const std::vector<std::string>& command, const CommandOptions& options,
                   const std::string& out, const std::string& err, const sigset_t& mask) {
  const std::string in = options.input.empty() ? "/dev/null" : options.input;
  ::dup2(::open(in.c_str(), O_RDONLY), 0);
  ::dup2(::open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), 1);
  ::dup2(::open(err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), 2);
  for (const std::string& variable : options.environment) ::putenv(const_cast<char*>(variable.c_str()));
  // A test that runs in the background has SIGINT ignored, and would hand that on.
  std::signal(SIGINT, SIG_DFL);
  ::sigprocmask(SIG_SETMASK, &mask, nullptr);
  if (options.file_size != RLIM_INFINITY) {
    std::signal(SIGXFSZ, SIG_IGN);
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

/// Runs `command` (its first word is a path) to its end; `interrupt_after` microseconds it gets a SIGINT, if
/// not 0.
inline CommandResult run_command(const std::vector<std::string>& command, const CommandOptions& options = {},
                                 useconds_t interrupt_after = 0) {
  const TemporaryFolder folder;
  const std::string out = options.output.empty() ? folder / "out" : options.output;
  // Blocked until the child is no longer this test program, whose own handler would report a failure.
  sigset_t interrupt;
  sigset_t mask;
  sigemptyset(&interrupt);
  sigaddset(&interrupt, SIGINT);
  ::sigprocmask(SIG_BLOCK, &interrupt, &mask);
  const pid_t child = ::fork();
  if (child == 0) detail::become(command, options, out, folder / "err", mask);
  ::sigprocmask(SIG_SETMASK, &mask, nullptr);
  if (interrupt_after != 0) {
    ::usleep(interrupt_after);
    ::kill(child, SIGINT);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  CommandResult result;
  result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  if (options.output.empty()) result.out = detail::text_of(out);
  result.err = detail::text_of(folder / "err");
  return result;
}

}  // namespace fcn::tools::test

// SPDX-License-Identifier: MIT
#include "tools/shell/standard_streams.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string>
#include <system_error>

#include "fcn/base/printable.hpp"

namespace fcn::tools {

void hold_standard_streams() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(fd, F_GETFD) >= 0 || errno != EBADF) continue;
    // The lowest free descriptor is the missing one: those below it exist by now.
    const int held = ::open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
    if (held >= 0 && held != fd) ::close(held);
  }
}

void write_to_stderr(std::string_view text) noexcept {
  [[maybe_unused]] const auto ignored = std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

void tell_error(const char* program, const Error& error) noexcept {
  try {
    write_to_stderr(program + (": " + printable(error.to_string())) + "\n");
  } catch (...) {
    for (const char* const part : {program, ": out of memory\n"}) write_to_stderr(part);
  }
}

Status write_to_stdout(std::string_view text) {
  errno = 0;
  if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0) return {};
  return Error{ErrorCode::io, "cannot write: " + std::generic_category().message(errno), "standard output"};
}

}  // namespace fcn::tools

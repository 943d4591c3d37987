// SPDX-License-Identifier: MIT
#include "tools/infer/path_stream.hpp"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "tools/shell/interrupt.hpp"

namespace fcn::tools {
namespace {

constexpr std::size_t kLongestPath = 1 << 20;  // 256 times what Linux opens

Error broken_list(ErrorCode code, const std::string& message) {
  return {code, message, "standard input"};
}

}  // namespace

Result<bool> PathStream::read_more() {
  for (;;) {
    pollfd ready[] = {{STDIN_FILENO, POLLIN, 0}, {interruption_fd(), POLLIN, 0}};
    if (::poll(ready, 2, -1) < 0) {
      if (errno == EINTR) continue;
      ended_ = true;
      return broken_list(ErrorCode::io,
                         "cannot wait for the list: " + std::generic_category().message(errno));
    }
    if (interrupted()) return false;
    char piece[1 << 16];
    const ssize_t count = ::read(STDIN_FILENO, piece, sizeof piece);
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (count < 0) {
      ended_ = true;
      return broken_list(ErrorCode::io, "cannot read the list: " + std::generic_category().message(errno));
    }
    ended_ = count == 0;
    held_.append(piece, static_cast<std::size_t>(count));
    return count > 0;
  }
}

Result<std::optional<std::string>> PathStream::next() {
  while (!interrupted()) {
    if (!begun_ && !held_.empty()) {
      begun_ = true;
      separator_ = held_.find('\0') == std::string::npos ? '\n' : '\0';
    }
    const std::size_t end = begun_ ? held_.find(separator_) : std::string::npos;
    if (end == std::string::npos && !ended_) {
      if (held_.size() > kLongestPath) {
        ended_ = true;
        held_.clear();
        return broken_list(ErrorCode::limit_exceeded, "a path in the list is longer than 1 MiB");
      }
      if (const auto more = read_more(); !more) {
        held_.clear();
        return more.error();
      }
      continue;
    }
    if (held_.empty()) break;
    std::string path = held_.substr(0, end);
    held_.erase(0, end == std::string::npos ? end : end + 1);
    if (separator_ == '\n') {
      if (path.find('\0') != std::string::npos) {
        ended_ = true;
        held_.clear();
        return broken_list(ErrorCode::malformed,
                           "the list has lines, and then a NUL; write names that end in NUL from the start, "
                           "or write the list to a file");
      }
      if (path.ends_with('\r')) path.pop_back();
    }
    if (!path.empty()) return std::optional(std::move(path));
  }
  return std::optional<std::string>();
}

}  // namespace fcn::tools

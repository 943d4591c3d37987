// SPDX-License-Identifier: MIT
#include "tools/results/line_scan.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <system_error>

namespace fcn::tools {
namespace {

constexpr std::size_t kPiece = 1 << 20;
constexpr std::size_t kLongestLine = 256 << 20;

}  // namespace

Status scan_lines(int fd, const std::string& path, const std::function<Status(const ScannedLine&)>& take) {
  std::string held;  // bytes that were read and belong to no line yet
  ScannedLine line;
  std::uint64_t read_to = 0;
  for (;;) {
    const std::size_t before = held.size();
    if (before > kLongestLine)
      return Error{ErrorCode::limit_exceeded,
                   "line " + std::to_string(line.number + 1) +
                       " is longer than 256 MiB, and no line of results is; name another file",
                   path};
    held.resize(before + kPiece);
    const ssize_t count = ::pread(fd, held.data() + before, kPiece, static_cast<off_t>(read_to));
    if (count < 0 && errno != EINTR)
      return Error{ErrorCode::io, "cannot read: " + std::generic_category().message(errno), path};
    held.resize(before + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    if (count < 0) continue;
    read_to += static_cast<std::uint64_t>(count);
    std::size_t begin = 0;
    for (std::size_t end = held.find('\n', before); end != std::string::npos; end = held.find('\n', begin)) {
      line = {line.number + 1, line.offset, std::string_view(held).substr(begin, end - begin), true};
      if (Status taken = take(line); !taken) return taken;
      line.offset += end + 1 - begin;
      begin = end + 1;
    }
    held.erase(0, begin);
    if (count > 0) continue;
    if (held.empty()) return {};
    return take({line.number + 1, line.offset, held, false});
  }
}

}  // namespace fcn::tools

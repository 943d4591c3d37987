// SPDX-License-Identifier: MIT
// Reads a file line by line, in the memory of its longest line. Not here: what the lines say
// (result_line.hpp).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "fcn/result.hpp"

namespace fcn::tools {

struct ScannedLine {
  std::uint64_t number = 0;  ///< 1 for the first
  std::uint64_t offset = 0;  ///< of its first byte in the file
  std::string_view text;     ///< without its newline; valid during the call
  bool whole = true;         ///< a newline ends it; only a file's last line may lack one
};

/// Calls `take` for each line of the open file, and stops at its first Error. `path` is for messages. A line
/// of more than 256 MiB is an Error: nothing that writes results makes one.
Status scan_lines(int fd, const std::string& path, const std::function<Status(const ScannedLine&)>& take);

}  // namespace fcn::tools

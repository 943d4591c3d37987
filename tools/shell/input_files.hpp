// SPDX-License-Identifier: MIT
// The files that a run reads, known by what they are and not by a name: no output may take the place of one,
// through whatever link or spelling.
#pragma once

#include <sys/types.h>

#include <map>
#include <string>
#include <utility>

#include "fcn/result.hpp"

namespace fcn::tools {

class InputFiles {
 public:
  /// Notes a file that will be read; "-" is standard input. One that is no regular file cannot be replaced.
  void add(const std::string& path);

  /// ErrorCode::invalid_argument, naming `option`, if a file written to `output` would replace one of them.
  [[nodiscard]] Status check_output(const std::string& output, const std::string& option) const;

 private:
  std::map<std::pair<dev_t, ino_t>, std::string> paths_;
};

}  // namespace fcn::tools

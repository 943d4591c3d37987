// SPDX-License-Identifier: MIT
// The files that a run reads, identified by device and inode: no output may replace one of them, through
// whatever link or spelling.
#pragma once

#include <sys/types.h>

#include <map>
#include <string>
#include <utility>

#include "fcn/result.hpp"

namespace fcn::tools {

class InputFiles {
 public:
  /// Records a file that will be read; "-" is standard input. A file that is not regular cannot be replaced.
  void add(const std::string& path);

  /// ErrorCode::invalid_argument, naming `option`, if a file written to `output` would replace one of them.
  [[nodiscard]] Status check_output(const std::string& output, const std::string& option) const;

 private:
  std::map<std::pair<dev_t, ino_t>, std::string> paths_;
};

}  // namespace fcn::tools

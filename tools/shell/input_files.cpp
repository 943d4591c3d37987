// SPDX-License-Identifier: MIT
#include "tools/shell/input_files.hpp"

#include <sys/stat.h>
#include <unistd.h>

namespace fcn::tools {

void InputFiles::add(const std::string& path) {
  struct stat info {};
  const int failed = path == "-" ? ::fstat(STDIN_FILENO, &info) : ::stat(path.c_str(), &info);
  if (failed == 0 && S_ISREG(info.st_mode)) paths_.try_emplace({info.st_dev, info.st_ino}, path);
}

Status InputFiles::check_output(const std::string& output, const std::string& option) const {
  struct stat info {};
  if (::stat(output.c_str(), &info) != 0) return {};
  const auto found = paths_.find({info.st_dev, info.st_ino});
  if (found == paths_.end()) return {};
  const std::string input = found->second == "-" ? "standard input" : found->second;
  return Error{ErrorCode::invalid_argument, "would replace " + output + ", which is an input (" + input + ")",
               option};
}

}  // namespace fcn::tools

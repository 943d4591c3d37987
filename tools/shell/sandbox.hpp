// SPDX-License-Identifier: MIT
// What a program gives up before it reads what strangers wrote: files that it has no business with, the
// network, other programs. Linux's Landlock limits which files can be opened, seccomp which system calls can
// be made. Not here: which files a run needs (infer_sandbox.cpp, export_sandbox.cpp).
#pragma once

#include <string>
#include <vector>

#include "fcn/result.hpp"

namespace fcn::tools {

/// The files that can still be opened. Those that do not exist are left out.
class SandboxFiles {
 public:
  /// A file, pipe or device, or a folder with everything in it.
  void may_read(const std::string& path) { readable_.push_back(path); }

  /// A file that will be written, through a temporary file in the same folder; or a folder of such files.
  /// Files in that folder can be made, replaced and removed. A pipe or a device can be written.
  void may_write(const std::string& path);

  /// Lets what was written be read again, and with it all that is in those folders.
  void may_read_outputs() {
    readable_.insert(readable_.end(), output_folders_.begin(), output_folders_.end());
  }

 private:
  friend Status enter_sandbox(const SandboxFiles& files);

  std::vector<std::string> readable_;
  std::vector<std::string> output_folders_;
  std::vector<std::string> devices_;
};

/// From now on, and until its end, this process and its threads can open these files only, and no sockets;
/// they can start no programs or processes, send signals to themselves alone, and make no memory executable.
/// Files that are open stay so. ErrorCode::unsupported if the system lacks a part of this: the caller must
/// end then. To be called before a second thread starts.
Status enter_sandbox(const SandboxFiles& files);

}  // namespace fcn::tools

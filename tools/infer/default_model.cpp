// SPDX-License-Identifier: MIT
// No path is compiled in, so the build tree may be moved and the installed tree be anywhere.
#include "tools/infer/default_model.hpp"

#include <cstdlib>
#include <filesystem>
#include <system_error>

namespace fcn::tools {

Result<std::string> find_default_model() {
  namespace fs = std::filesystem;
  if (const char* const named = std::getenv("FCN_MODEL"); named != nullptr && *named != '\0')
    return std::string(named);

  static constexpr const char* kName = "fashion-resnet18.safetensors";
  std::error_code failed;
  fs::path folder = fs::read_symlink("/proc/self/exe", failed).parent_path();
  // build/release/bin is three levels below the source tree; one more for a build tree in a folder of its
  // own.
  for (int levels = 0; !failed && levels < 5 && !folder.empty(); ++levels) {
    for (const char* const place : {"weights", "share/fcn"}) {
      const fs::path candidate = folder / place / kName;
      std::error_code unknown;
      if (fs::is_regular_file(candidate, unknown)) return candidate.string();
    }
    if (folder == folder.parent_path()) break;
    folder = folder.parent_path();
  }
  return Error{ErrorCode::io,
               std::string("no model given, and the shipped one (") + kName +
                   ") is not near the program; use --model FILE or set FCN_MODEL",
               ""};
}

}  // namespace fcn::tools

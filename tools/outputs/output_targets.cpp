// SPDX-License-Identifier: MIT
// Names in a folder, never the same one twice in a run.
#include "tools/outputs/output_targets.hpp"

#include <filesystem>
#include <system_error>

namespace fcn::tools {

namespace fs = std::filesystem;

Result<OutputTarget> OutputTarget::create(const std::string& option, const std::string& place,
                                          const std::string& ending, bool several) {
  OutputTarget target;
  target.place_ = place;
  target.ending_ = ending;
  std::error_code failed;
  target.is_folder_ = fs::is_directory(place, failed);
  if (target.is_folder_) return target;
  const bool exists = fs::exists(fs::symlink_status(place, failed));
  if (several && exists)
    return Error{ErrorCode::invalid_argument, option + " must name a folder when there are several pictures",
                 place};
  if (!several && !place.ends_with('/')) return target;
  target.is_folder_ = true;
  fs::create_directory(place, failed);
  if (failed) return Error{ErrorCode::io, "cannot make the folder: " + failed.message(), place};
  return target;
}

std::string OutputTarget::path_for(const std::string& image) {
  if (!is_folder_) return place_;
  const fs::path name = image == "-" ? fs::path("stdin") : fs::path(image).filename();
  std::string candidate = name.stem().string() + ending_;
  if (taken_.contains(candidate)) candidate = name.string() + ending_;
  for (int number = 2; taken_.contains(candidate); ++number)
    candidate = name.string() + "-" + std::to_string(number) + ending_;
  taken_.insert(candidate);
  return (fs::path(place_) / candidate).string();
}

}  // namespace fcn::tools

// SPDX-License-Identifier: MIT
// Folders, expanded without ever throwing.
#include "tools/input_list.hpp"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <system_error>

namespace fcn::tools {
namespace {

namespace fs = std::filesystem;

bool has_picture_ending(const fs::path& path) {
  static constexpr std::string_view endings[] = {".jpg", ".jpeg", ".jpe", ".jfif", ".png",
                                                 ".bmp", ".ppm",  ".pgm", ".pnm"};
  std::string ending = path.extension().string();
  for (char& c : ending)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return std::find(std::begin(endings), std::end(endings), ending) != std::end(endings);
}

void list_folder(const std::string& folder, InputList& list) {
  std::error_code failed;
  std::vector<std::string> found;
  fs::directory_iterator entry(folder, failed);
  for (; !failed && entry != fs::directory_iterator(); entry.increment(failed)) {
    std::error_code unknown;
    // Hidden files are nobody's pictures: a neighbour's unfinished outputs among them.
    const bool hidden = entry->path().filename().string().starts_with('.');
    if (!hidden && has_picture_ending(entry->path()) && !entry->is_directory(unknown))
      found.push_back(entry->path().string());
  }
  if (failed) {
    list.errors.push_back({ErrorCode::io, "cannot read the folder: " + failed.message(), folder});
  } else if (found.empty()) {
    list.errors.push_back(
        {ErrorCode::io, "the folder has no pictures (.jpg, .png, .bmp, .ppm, .pgm)", folder});
  }
  std::sort(found.begin(), found.end());
  list.images.insert(list.images.end(), found.begin(), found.end());
}

}  // namespace

InputList list_inputs(const std::vector<std::string>& arguments) {
  InputList list;
  for (const std::string& argument : arguments) {
    std::error_code unknown;
    if (argument != "-" && fs::is_directory(argument, unknown))
      list_folder(argument, list);
    else
      list.images.push_back(argument);
  }
  return list;
}

}  // namespace fcn::tools

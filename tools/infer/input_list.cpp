// SPDX-License-Identifier: MIT
// Folders, patterns and lists, expanded without ever throwing.
#include "tools/infer/input_list.hpp"

#include <glob.h>

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "tools/results/path_list.hpp"

namespace fcn::tools {
namespace {

namespace fs = std::filesystem;

bool has_picture_ending(const fs::path& path) {
  static constexpr std::string_view endings[] = {".jpg", ".jpeg", ".jpe", ".jfif", ".png",  ".bmp", ".ppm",
                                                 ".pgm", ".pnm",  ".gif", ".tif",  ".tiff", ".webp"};
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
    // Hidden files are not taken for pictures: unfinished outputs are among them.
    const bool hidden = entry->path().filename().string().starts_with('.');
    if (!hidden && has_picture_ending(entry->path()) && entry->is_regular_file(unknown))
      found.push_back(entry->path().string());
  }
  if (failed) {
    list.errors.push_back({ErrorCode::io, "cannot read the folder: " + failed.message(), folder});
  } else if (found.empty()) {
    list.errors.push_back({ErrorCode::io,
                           "the folder has no pictures (.jpg, .png, .tif, .webp, .gif, .bmp, .ppm, .pgm)",
                           folder});
  }
  std::sort(found.begin(), found.end());
  list.images.insert(list.images.end(), found.begin(), found.end());
}

/// A pattern, and not the name of a file that happens to look like one.
bool is_pattern(const std::string& argument) {
  std::error_code unknown;
  return argument.find_first_of("*?[") != std::string::npos &&
         !fs::exists(fs::symlink_status(argument, unknown));
}

void add_input(const std::string& path, InputList& list) {
  std::error_code unknown;
  if (path != "-" && fs::is_directory(path, unknown))
    list_folder(path, list);
  else
    list.images.push_back(path);
}

/// A pipe, socket or device.
bool is_special(const std::string& path) {
  std::error_code unknown;
  const fs::file_status status = fs::status(path, unknown);
  return fs::exists(status) && !fs::is_regular_file(status) && !fs::is_directory(status);
}

/// Whether a path that a pattern or a list gave may be read; if not, says so in the list.
bool may_read(const std::string& path, InputList& list) {
  const Status listed = check_listed_input(path);
  if (!listed) list.errors.push_back(listed.error());
  return static_cast<bool>(listed);
}

void add_matches(const std::string& pattern, InputList& list) {
  glob_t matches{};
  const int failed = ::glob(pattern.c_str(), 0, nullptr, &matches);
  for (std::size_t i = 0; i < matches.gl_pathc; ++i)
    if (may_read(matches.gl_pathv[i], list)) add_input(matches.gl_pathv[i], list);
  ::globfree(&matches);
  if (failed == GLOB_NOMATCH)
    list.errors.push_back({ErrorCode::io, "no file matches this pattern", pattern});
  else if (failed != 0)
    list.errors.push_back({ErrorCode::io, "the folders of this pattern cannot be read", pattern});
}

}  // namespace

Status check_listed_input(const std::string& path) {
  if (path == "-" || !is_special(path)) return {};
  return Error{ErrorCode::io, "is not a regular file; to read it, name it as an argument of its own", path};
}

InputList list_inputs(const std::vector<std::string>& arguments) {
  InputList list;
  for (const std::string& argument : arguments) {
    if (is_pattern(argument))
      add_matches(argument, list);
    else
      add_input(argument, list);
  }
  return list;
}

void add_listed_inputs(const std::string& file, InputList& list) {
  const auto paths = read_path_list(file);
  if (!paths) return list.errors.push_back(paths.error());
  for (const std::string& path : *paths)
    if (may_read(path, list)) list.images.push_back(path);
  if (paths->empty())
    list.errors.push_back(
        {ErrorCode::io, "the list names no picture", file == "-" ? "standard input" : file});
}

}  // namespace fcn::tools

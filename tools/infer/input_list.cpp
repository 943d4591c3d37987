// SPDX-License-Identifier: MIT
// Folders, patterns and lists, expanded without ever throwing.
#include "tools/infer/input_list.hpp"

#include <glob.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <string_view>
#include <system_error>

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

/// A pipe, socket or device, which is read only where the user names it: reading one may never end.
bool is_special(const std::string& path) {
  std::error_code unknown;
  const fs::file_status status = fs::status(path, unknown);
  return fs::exists(status) && !fs::is_regular_file(status) && !fs::is_directory(status);
}

/// Whether a path that a pattern or a list gave may be read; if not, says so in the list.
bool may_read(const std::string& path, InputList& list) {
  if (path == "-" || !is_special(path)) return true;
  list.errors.push_back(
      {ErrorCode::io, "is not a regular file; to read it, name it as an argument of its own", path});
  return false;
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

Result<std::string> read_text(const std::string& path) {
  constexpr std::size_t kMostBytes = 256u << 20;  // a million paths of a usual length, and more
  const bool standard = path == "-";
  std::FILE* const file = standard ? stdin : std::fopen(path.c_str(), "rb");
  const auto cannot_read = [](int error_number) {
    return Error{ErrorCode::io, "cannot read the list: " + std::generic_category().message(error_number), ""};
  };
  if (file == nullptr) return cannot_read(errno);
  std::string text;
  char piece[1 << 14];
  std::size_t count = 0;
  while (text.size() <= kMostBytes && (count = std::fread(piece, 1, sizeof piece, file)) > 0)
    text.append(piece, count);
  const int failed = std::ferror(file) != 0 ? errno : 0;
  if (!standard) std::fclose(file);
  if (failed != 0) return cannot_read(failed);
  if (text.size() > kMostBytes)
    return Error{ErrorCode::limit_exceeded, "the list is longer than 256 MiB", ""};
  return text;
}

}  // namespace

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
  const std::string name = file == "-" ? "standard input" : file;
  const auto text = read_text(file);
  if (!text) return list.errors.push_back(text.error().at(name));
  const std::size_t before = list.images.size() + list.errors.size();
  const bool by_lines = text->find('\0') == std::string::npos;
  for (std::string_view rest = *text; !rest.empty();) {
    const std::size_t end = std::min(rest.find(by_lines ? '\n' : '\0'), rest.size());
    std::string_view path = rest.substr(0, end);
    if (by_lines && path.ends_with('\r')) path.remove_suffix(1);
    if (!path.empty() && may_read(std::string(path), list)) list.images.emplace_back(path);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (list.images.size() + list.errors.size() == before)
    list.errors.push_back({ErrorCode::io, "the list names no picture", name});
}

}  // namespace fcn::tools

// SPDX-License-Identifier: MIT
#include "tools/results/path_list.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <string_view>
#include <system_error>

namespace fcn::tools {
namespace {

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

Result<std::vector<std::string>> read_path_list(const std::string& file) {
  const auto text = read_text(file);
  if (!text) return text.error().at(file == "-" ? "standard input" : file);
  std::vector<std::string> paths;
  const bool by_lines = text->find('\0') == std::string::npos;
  for (std::string_view rest = *text; !rest.empty();) {
    const std::size_t end = std::min(rest.find(by_lines ? '\n' : '\0'), rest.size());
    std::string_view path = rest.substr(0, end);
    if (by_lines && path.ends_with('\r')) path.remove_suffix(1);
    if (!path.empty()) paths.emplace_back(path);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return paths;
}

}  // namespace fcn::tools

// SPDX-License-Identifier: MIT
#include "tools/import/families/family_text.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>

namespace fcn::tools {
namespace {

/// Whether a word is an option: letters, then =.
bool is_option(std::string_view word) {
  const std::size_t equals = word.find('=');
  return equals != std::string_view::npos && equals > 0 &&
         std::all_of(word.begin(), word.begin() + static_cast<std::ptrdiff_t>(equals),
                     [](unsigned char letter) { return std::isalpha(letter) != 0; });
}

FamilyLine parse_line(std::string_view text, int number) {
  FamilyLine line;
  line.number = number;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (word.empty()) continue;
    if (line.op.empty())
      line.op = word;
    else if (is_option(word))
      line.options.emplace_back(word.substr(0, word.find('=')), word.substr(word.find('=') + 1));
    else
      line.words.push_back(word);
  }
  return line;
}

/// Where lines of some indentation go.
struct Level {
  std::size_t indent;
  std::vector<FamilyLine>* lines;
};

}  // namespace

std::string_view FamilyLine::option(std::string_view name) const {
  for (const auto& [key, value] : options)
    if (key == name) return value;
  return {};
}

Result<std::vector<FamilyLine>> parse_family_text(std::string_view text) {
  std::vector<FamilyLine> top;
  std::vector<Level> levels{{0, &top}};
  for (int number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    line = line.substr(0, line.find('#'));
    const std::size_t indent = line.find_first_not_of(' ');
    if (indent == std::string_view::npos) continue;
    while (indent < levels.back().indent) levels.pop_back();
    if (indent > levels.back().indent) {
      if (levels.back().lines->empty())
        return Error{ErrorCode::malformed, "the first line is indented", "line " + std::to_string(number)};
      levels.push_back({indent, &levels.back().lines->back().body});
    }
    levels.back().lines->push_back(parse_line(line.substr(indent), number));
  }
  return top;
}

}  // namespace fcn::tools

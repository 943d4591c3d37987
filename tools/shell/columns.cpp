// SPDX-License-Identifier: MIT
#include "tools/shell/columns.hpp"

#include <vector>

#include "fcn/base/printable.hpp"

namespace fcn::tools {
namespace {

/// Bytes of the UTF-8 character at the front.
std::size_t character_bytes(std::string_view text) {
  std::size_t bytes = 1;
  while (bytes < text.size() && (static_cast<unsigned char>(text[bytes]) & 0xc0) == 0x80) ++bytes;
  return bytes;
}

}  // namespace

std::string in_columns(std::string_view text, std::size_t columns) {
  const std::string escaped = printable(text);
  std::string_view rest = escaped;
  std::vector<std::string_view> characters;
  for (; !rest.empty(); rest.remove_prefix(characters.back().size()))
    characters.push_back(rest.substr(0, character_bytes(rest)));
  const bool cut = characters.size() > columns;
  std::string shown;
  for (std::size_t i = 0; i < columns; ++i) {
    if (cut && i + 1 == columns)
      shown += "…";
    else
      shown += i < characters.size() ? characters[i] : " ";
  }
  return shown;
}

}  // namespace fcn::tools

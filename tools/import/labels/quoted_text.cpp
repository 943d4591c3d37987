// SPDX-License-Identifier: MIT
#include "tools/import/labels/quoted_text.hpp"

#include <charconv>
#include <cstdint>
#include <optional>
#include <system_error>

namespace fcn::tools {
namespace {

Error broken(std::string message) {
  return {ErrorCode::invalid_argument, std::move(message), ""};
}

std::optional<std::uint32_t> hex(std::string_view text, std::size_t digits) {
  std::uint32_t value = 0;
  if (text.size() < digits) return std::nullopt;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + digits, value, 16);
  if (failed != std::errc() || end != text.data() + digits) return std::nullopt;
  return value;
}

constexpr bool is_half(std::uint32_t code) {
  return code >= 0xd800 && code < 0xe000;
}

/// The code point of \x, \u or \U, which `text` begins behind the backslash with; `used` grows by its length.
std::optional<std::uint32_t> numbered_character(std::string_view text, std::size_t& used) {
  const std::size_t digits = text[0] == 'x' ? 2 : text[0] == 'u' ? 4 : 8;
  auto code = hex(text.substr(1), digits);
  used += 1 + digits;
  if (!code || *code > 0x10ffff) return std::nullopt;
  if (!is_half(*code)) return code;
  // JSON writes characters beyond 16 bits as two halves.
  const std::string_view rest = text.substr(1 + digits);
  const auto low = rest.starts_with("\\u") ? hex(rest.substr(2), 4) : std::nullopt;
  if (*code >= 0xdc00 || !low || *low < 0xdc00 || *low >= 0xe000) return std::nullopt;
  used += 6;
  return 0x10000 + ((*code - 0xd800) << 10) + (*low - 0xdc00);
}

}  // namespace

void append_utf8(std::string& text, std::uint32_t code) {
  const auto add = [&](std::uint32_t byte) { text += static_cast<char>(byte); };
  if (code < 0x80) return add(code);
  if (code < 0x800) {
    add(0xc0 | (code >> 6));
  } else if (code < 0x10000) {
    add(0xe0 | (code >> 12));
    add(0x80 | ((code >> 6) & 0x3f));
  } else {
    add(0xf0 | (code >> 18));
    add(0x80 | ((code >> 12) & 0x3f));
    add(0x80 | ((code >> 6) & 0x3f));
  }
  add(0x80 | (code & 0x3f));
}

Result<std::string> unquote(std::string_view text, std::size_t& length) {
  const char quote = text.empty() ? '\0' : text.front();
  std::string value;
  for (std::size_t at = 1; at < text.size(); ++at) {
    const char c = text[at];
    if (c == quote) {
      length = at + 1;
      return value;
    }
    if (c == '\n') break;
    if (c != '\\') {
      value += c;
      continue;
    }
    if (++at == text.size()) break;
    constexpr std::string_view names = "bfnrt\\/'\"";
    constexpr std::string_view meanings = "\b\f\n\r\t\\/'\"";
    if (const std::size_t plain = names.find(text[at]); plain != std::string_view::npos) {
      value += meanings[plain];
    } else if (text[at] == 'x' || text[at] == 'u' || text[at] == 'U') {
      std::size_t used = 0;
      const auto code = numbered_character(text.substr(at), used);
      if (!code) return broken("a character's number that is none");
      append_utf8(value, *code);
      at += used - 1;
    } else {
      return broken(std::string("the escape \\") + text[at] + " is not known");
    }
  }
  return broken("a quotation mark without its other");
}

}  // namespace fcn::tools

// SPDX-License-Identifier: MIT
#include "tools/import/labels/label_text.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "fcn/base/printable.hpp"
#include "tools/import/labels/quoted_text.hpp"

namespace fcn::tools {
namespace {

/// `bytes` follow a byte-order mark of two bytes.
Result<std::string> from_utf16(std::string_view bytes, bool big_endian) {
  if (bytes.size() % 2 != 0)
    return Error{ErrorCode::invalid_argument, "UTF-16 text of an odd number of bytes: the file is cut", ""};
  const auto unit = [&](std::size_t at) {
    const auto first = static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at]));
    const auto second = static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at + 1]));
    return big_endian ? first << 8 | second : second << 8 | first;
  };
  std::string text;
  int line = 1;
  for (std::size_t at = 0; at < bytes.size(); at += 2) {
    std::uint32_t code = unit(at);
    if (code == '\n') ++line;
    if (code >= 0xd800 && code < 0xe000) {
      const std::uint32_t low = code < 0xdc00 && at + 2 < bytes.size() ? unit(at + 2) : 0;
      if (low < 0xdc00 || low >= 0xe000) return error_at_line(line, "half a character of UTF-16");
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
      at += 2;
    }
    append_utf8(text, code);
  }
  return text;
}

/// "\r\n" and '\r' as '\n'.
std::string with_plain_ends(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r')
      plain += text[i];
    else if (i + 1 == text.size() || text[i + 1] != '\n')
      plain += '\n';
  }
  return plain;
}

/// Why this byte does not belong to a text, and what to do.
std::string unfit(unsigned char byte) {
  if (byte == 0) return ": no text, or UTF-16 without its mark; save it as UTF-8";
  if (byte < 0x80) return ", a control character: this is no text";
  return ", not UTF-8 (Latin-1?): save the file as UTF-8";
}

Status check_text(std::string_view text) {
  static constexpr char digits[] = "0123456789abcdef";
  int line = 1;
  std::size_t column = 1;
  for (std::size_t at = 0; at < text.size();) {
    const auto byte = static_cast<unsigned char>(text[at]);
    const std::size_t length = decode_utf8(text.substr(at)).bytes;
    const bool control = (byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0x7f;
    if (length == 0 || control)
      return error_at_line(line, "byte " + std::to_string(column) + " is 0x" + digits[byte >> 4] +
                                     digits[byte & 15] + unfit(byte));
    at += length;
    column += length;
    if (byte == '\n') ++line, column = 1;
  }
  return {};
}

}  // namespace

Result<std::string> to_utf8_lines(std::string_view bytes) {
  using namespace std::string_view_literals;
  std::string text(bytes);
  if (bytes.starts_with("\xff\xfe\0\0"sv) || bytes.starts_with("\0\0\xfe\xff"sv))
    return error_at_line(1, "the text is UTF-32: save it as UTF-8");
  if (bytes.starts_with("\xff\xfe"sv) || bytes.starts_with("\xfe\xff"sv)) {
    auto converted = from_utf16(bytes.substr(2), bytes.starts_with("\xfe\xff"sv));
    if (!converted) return converted.error();
    text = *std::move(converted);
  } else if (bytes.starts_with("\xef\xbb\xbf"sv)) {
    text.erase(0, 3);
  }
  text = with_plain_ends(text);
  if (const Status checked = check_text(text); !checked) return checked.error();
  return text;
}

std::vector<TextLine> split_lines(std::string_view text) {
  std::vector<TextLine> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const bool indented = text.front() == ' ' || text.front() == '\t';
    lines.push_back({static_cast<int>(lines.size()) + 1, trimmed(text.substr(0, end)), indented});
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  while (!lines.empty() && lines.back().text.empty()) lines.pop_back();
  return lines;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t";
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

Error error_at_line(int line, const std::string& message) {
  return {ErrorCode::invalid_argument, "line " + std::to_string(line) + ": " + message, ""};
}

}  // namespace fcn::tools

// SPDX-License-Identifier: MIT
#include "tools/shell/json_writer.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <system_error>

#include "fcn/base/printable.hpp"
#include "fcn/config.hpp"

namespace fcn::tools {
namespace {

constexpr int kMostPlainDigits = 15;  // before the point; larger numbers have an exponent
constexpr int kMostLeadingZeros = 4;  // the one before the point included; smaller numbers have an exponent

/// How many bytes at the front of `text`, which is no UTF-8 there, could begin a character: one replacement
/// character stands for all of them, as Unicode recommends.
std::size_t broken_character_size(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t whole = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  for (std::size_t size = std::min(whole - 1, text.size()); size > 1; --size) {
    const std::string completed = std::string(text.substr(0, size)) + std::string(whole - size, '\x80');
    if (decode_utf8(completed).bytes == whole) return size;
  }
  return 1;
}

void append_escape(std::string& text, std::uint32_t unit) {
  text += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) text += "0123456789abcdef"[(unit >> shift) & 15];
}

}  // namespace

JsonNumber::JsonNumber(float value) {
  // By way of the double that has the same shortest decimal.
  char shortest[32];
  const auto [end, failed] = std::to_chars(shortest, shortest + sizeof shortest, value);
  double same = static_cast<double>(value);
  if (failed == std::errc() && std::isfinite(value)) std::from_chars(shortest, end, same);
  set_double(same);
}

JsonNumber::JsonNumber(double value) {
  set_double(value);
}

void JsonNumber::append(std::string_view text) {
  FCN_ASSERT(size_ + text.size() <= text_.size());
  std::copy(text.begin(), text.end(), text_.data() + size_);
  size_ = static_cast<std::uint8_t>(size_ + text.size());
}

void JsonNumber::set_integer(std::int64_t value) {
  size_ = static_cast<std::uint8_t>(std::to_chars(text_.begin(), text_.end(), value).ptr - text_.begin());
}

void JsonNumber::set_integer(std::uint64_t value) {
  size_ = static_cast<std::uint8_t>(std::to_chars(text_.begin(), text_.end(), value).ptr - text_.begin());
}

/// A point or an exponent shows that the number is no integer.
void JsonNumber::set_double(double value) {
  if (!std::isfinite(value)) return append("null");
  if (std::signbit(value)) append("-");
  if (value == 0) return append("0.0");
  char buffer[32];
  const char* const end =
      std::to_chars(buffer, buffer + sizeof buffer, std::abs(value), std::chars_format::scientific).ptr;
  const std::string_view shortest(buffer, static_cast<std::size_t>(end - buffer));  // "d.ddde+dd", "de-dd"
  const std::size_t e = shortest.find('e');
  int exponent = 0;
  std::from_chars(buffer + e + (shortest[e + 1] == '+' ? 2 : 1), end, exponent);
  std::string digits(1, shortest.front());
  if (e > 1) digits += shortest.substr(2, e - 2);
  const int count = static_cast<int>(digits.size());
  const int before_point = exponent + 1;
  if (before_point > kMostPlainDigits || before_point <= -kMostLeadingZeros) {
    append(shortest);
  } else if (before_point <= 0) {
    append("0." + std::string(static_cast<std::size_t>(-before_point), '0') + digits);
  } else if (count <= before_point) {
    append(digits + std::string(static_cast<std::size_t>(before_point - count), '0') + ".0");
  } else {
    append(digits.insert(static_cast<std::size_t>(before_point), "."));
  }
}

void JsonWriter::separate() {
  if (text_.empty()) return;
  const char last = text_.back();
  if (last != '{' && last != '[' && last != ':') text_ += ',';
}

void JsonWriter::open(char bracket) {
  separate();
  text_ += bracket;
}

void JsonWriter::key(std::string_view name) {
  separate();
  append_string(name);
  text_ += ':';
}

void JsonWriter::add(std::initializer_list<JsonNumber> numbers) {
  array([&] {
    for (const JsonNumber& number : numbers) {
      separate();
      text_ += number.text();
    }
  });
}

void JsonWriter::append_string(std::string_view string) {
  constexpr std::string_view kNamed = "\b\f\n\r\t\"\\", kNames = "bfnrt\"\\";
  text_ += '"';
  while (!string.empty()) {
    const char c = string.front();
    std::size_t taken = 1;
    if (const std::size_t named = kNamed.find(c); named != std::string_view::npos) {
      text_ += '\\';
      text_ += kNames[named];
    } else if (const CodePoint character = decode_utf8(string); character.bytes != 0) {
      taken = character.bytes;
      if (is_printable(character.value)) {
        text_ += string.substr(0, taken);
      } else if (character.value < 0x10000) {
        append_escape(text_, character.value);
      } else {  // as the two units of UTF-16
        append_escape(text_, 0xd7c0 + (character.value >> 10));
        append_escape(text_, 0xdc00 + (character.value & 0x3ff));
      }
    } else {
      taken = broken_character_size(string);
      text_ += "\xef\xbf\xbd";
    }
    string.remove_prefix(taken);
  }
  text_ += '"';
}

}  // namespace fcn::tools

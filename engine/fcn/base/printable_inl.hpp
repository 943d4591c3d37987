// SPDX-License-Identifier: MIT
// Definitions of printable.hpp: compiled into fcn::runtime, or inline where headers are used alone.
#pragma once

#include <cstdint>
#include <string>

#include "fcn/base/printable.hpp"

namespace fcn::inline FCN_ABI {

FCN_INLINE CodePoint decode_utf8(std::string_view text) {
  const auto at = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i]));
  };
  const std::uint32_t lead = at(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t bytes = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < bytes) return {};
  std::uint32_t value = lead & (0x7fu >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((at(i) & 0xc0u) != 0x80u) return {};
    value = (value << 6) | (at(i) & 0x3fu);
  }
  const bool overlong = (bytes == 3 && value < 0x800) || (bytes == 4 && value < 0x10000);
  if (overlong || value > 0x10ffff || (value >= 0xd800 && value < 0xe000)) return {};
  return {value, bytes};
}

namespace detail {

struct CodeRange {
  std::uint32_t first, last;
};
/// In ascending order: Unicode's control characters, and those that it lets a display leave out
/// (Default_Ignorable_Code_Point), which include the ones that reorder text. Variation selectors are not
/// here: emoji have them.
inline constexpr CodeRange kUnprintable[] = {
    {0x00, 0x1f},       {0x7f, 0x9f},       {0xad, 0xad},       {0x34f, 0x34f},     {0x61c, 0x61c},
    {0x115f, 0x1160},   {0x17b4, 0x17b5},   {0x180e, 0x180e},   {0x200b, 0x200f},   {0x2028, 0x202e},
    {0x2060, 0x206f},   {0x3164, 0x3164},   {0xfeff, 0xfeff},   {0xffa0, 0xffa0},   {0xfff0, 0xfffb},
    {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0xe0000, 0xe00ff}, {0xe01f0, 0xe0fff},
};

}  // namespace detail

FCN_INLINE bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t bytes = decode_utf8(text).bytes;
    if (bytes == 0) return false;
    text.remove_prefix(bytes);
  }
  return true;
}

FCN_INLINE bool is_printable(std::uint32_t code) {
  for (const detail::CodeRange& range : detail::kUnprintable)
    if (code <= range.last) return code < range.first;
  return true;
}

FCN_INLINE std::string printable(std::string_view text) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string shown;
  while (!text.empty()) {
    const CodePoint point = decode_utf8(text);
    const std::size_t bytes = point.bytes == 0 ? 1 : point.bytes;
    if (point.bytes != 0 && is_printable(point.value)) {
      shown += text.substr(0, bytes);
    } else {
      for (std::size_t i = 0; i < bytes; ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        shown += {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
      }
    }
    text.remove_prefix(bytes);
  }
  return shown;
}

}  // namespace fcn::inline FCN_ABI

// SPDX-License-Identifier: MIT
// Read here and not by stb_image, which in 2.27 runs off the end of its buffer with 16-bit files and leaves
// samples unscaled when their maximum is not 255.
#include "tools/pnm.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include "tools/byte_cursor.hpp"

namespace fcn::tools {
namespace {

bool is_space(std::uint8_t c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

/// The next number of the header, after white space and comments. The one white-space byte behind it is
/// consumed.
Result<std::uint32_t> header_number(ByteCursor& cursor, std::string_view what) {
  std::uint8_t c = cursor.u8();
  while (cursor.ok() && (is_space(c) || c == '#')) {
    if (c == '#')
      while (cursor.ok() && c != '\n' && c != '\r') c = cursor.u8();
    else
      c = cursor.u8();
  }
  std::uint64_t value = 0;
  int digits = 0;
  for (; cursor.ok() && c >= '0' && c <= '9' && digits < 10; ++digits) {
    value = 10 * value + (c - '0');
    c = cursor.u8();
  }
  if (!cursor.ok()) return Error{ErrorCode::truncated, "PNM ends within its header", ""};
  if (digits == 0 || !is_space(c) || value > 0xffffffff)
    return Error{ErrorCode::malformed, "PNM has no valid " + std::string(what) + " in its header", ""};
  return static_cast<std::uint32_t>(value);
}

/// Sample `value` of 0..max as 8 bits: rounded for depths up to 8, the high byte of 16 for deeper ones.
std::uint8_t to_8_bits(std::uint32_t value, std::uint32_t max) {
  value = std::min(value, max);
  if (max == 65535) return static_cast<std::uint8_t>(value >> 8);
  const std::uint64_t top = max <= 255 ? 255 : 65535;
  const std::uint64_t scaled = (2 * value * top + max) / (2 * std::uint64_t{max});
  return static_cast<std::uint8_t>(max <= 255 ? scaled : scaled >> 8);
}

}  // namespace

Result<PictureStructure> inspect_pnm(PictureBytes bytes, const Limits& limits) {
  ByteCursor cursor(bytes);
  cursor.skip(1);
  const std::uint8_t kind = cursor.u8();
  if (kind != '5' && kind != '6')
    return Error{
        ErrorCode::unsupported,
        "PNM of kind P" + std::string(1, static_cast<char>(kind)) + "; only binary P5 and P6 are read", ""};
  PictureStructure found;
  found.channels = kind == '6' ? 3 : 1;
  for (const auto& [what, field] :
       {std::pair{"width", &found.width}, {"height", &found.height}, {"maximum", &found.max_value}}) {
    const auto number = header_number(cursor, what);
    if (!number) return number.error();
    *field = *number;
  }
  if (Status size = check_picture_size(found.width, found.height, limits); !size) return size.error();
  if (found.max_value == 0 || found.max_value > 65535)
    return Error{ErrorCode::malformed,
                 "PNM has a maximum of " + std::to_string(found.max_value) + "; 1 to 65535 exist", ""};
  found.pixels_at = cursor.position();
  const std::uint64_t needed = std::uint64_t{found.width} * found.height *
                               static_cast<unsigned>(found.channels) * (found.max_value > 255 ? 2 : 1);
  if (needed > cursor.remaining())
    return Error{ErrorCode::truncated,
                 "PNM needs " + std::to_string(needed) + " bytes of pixels, the file has " +
                     std::to_string(cursor.remaining()),
                 ""};
  return found;
}

Result<Picture> decode_pnm(PictureBytes bytes, const PictureStructure& structure, const Limits& limits) {
  auto picture = make_picture(static_cast<int>(structure.width), static_cast<int>(structure.height), limits);
  if (!picture) return picture;
  const std::uint32_t max = structure.max_value;
  const bool wide = max > 255;
  const bool grey = structure.channels == 1;
  const std::uint8_t* from = bytes.data() + structure.pixels_at;
  std::uint8_t* to = picture->rgb.get();
  const std::size_t samples = static_cast<std::size_t>(structure.width) * structure.height *
                              static_cast<unsigned>(structure.channels);
  for (std::size_t i = 0; i < samples; ++i) {
    const std::uint32_t value =
        wide ? static_cast<std::uint32_t>(from[2 * i] << 8 | from[2 * i + 1]) : from[i];
    const std::uint8_t sample = max == 255 ? static_cast<std::uint8_t>(value) : to_8_bits(value, max);
    for (int copies = grey ? 3 : 1; copies > 0; --copies) *to++ = sample;
  }
  return picture;
}

}  // namespace fcn::tools

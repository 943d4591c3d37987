// SPDX-License-Identifier: MIT
// Read here and not by stb_image, which in 2.27 runs off the end of its buffer with 16-bit files and leaves
// samples unscaled when their maximum is not 255.
#include "tools/pictures/formats/pnm.hpp"

#include <algorithm>
#include <span>
#include <string>
#include <string_view>

#include "tools/pictures/rows/row_decoder.hpp"
#include "tools/shell/byte_cursor.hpp"
#include "tools/shell/counted_memory.hpp"

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
        "PNM of kind P" + std::string(1, static_cast<char>(kind)) + "; only binary P5 and P6 are supported",
        ""};
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
                 "PNM has a maximum of " + std::to_string(found.max_value) + "; it must be 1 to 65535", ""};
  found.pixels_at = cursor.position();
  const std::uint64_t pixels = std::uint64_t{found.width} * found.height;
  found.row_decoder_bytes = found.width * std::uint64_t{pnm_pixel_bytes(found)};
  found.decoder_bytes = 3 * pixels + (pnm_as_in_memory(found) ? 0 : found.row_decoder_bytes);
  return found;
}

namespace {

/// One row of samples as the file has them into 8-bit RGB.
void convert_pnm_row(const std::uint8_t* from, const PictureStructure& structure, std::uint8_t* to) {
  const bool wide = structure.max_value > 255;
  const int copies = structure.channels == 1 ? 3 : 1;
  const std::size_t samples = structure.width * static_cast<std::size_t>(structure.channels);
  for (std::size_t i = 0; i < samples; ++i, to += copies) {
    const std::uint32_t value =
        wide ? static_cast<std::uint32_t>(from[2 * i] << 8 | from[2 * i + 1]) : from[i];
    std::fill_n(to, copies,
                structure.max_value == 255 ? static_cast<std::uint8_t>(value)
                                           : to_8_bits(value, structure.max_value));
  }
}

/// Reads the rows one after the other.
class PnmRowDecoder : public RowDecoder {
 public:
  PnmRowDecoder(const ByteSource& source, const PictureStructure& structure)
      : source_(source),
        structure_(structure),
        at_(structure.pixels_at),
        row_(structure.width * pnm_pixel_bytes(structure)) {}

  Status next(std::uint8_t* rgb) override {
    if (Status read = source_.read(at_, std::as_writable_bytes(std::span(row_))); !read) return read;
    at_ += row_.size();
    if (pnm_as_in_memory(structure_))
      std::copy(row_.begin(), row_.end(), rgb);
    else
      convert_pnm_row(row_.data(), structure_, rgb);
    return {};
  }

 private:
  const ByteSource& source_;
  PictureStructure structure_;
  std::uint64_t at_;
  ByteVector row_;
};

}  // namespace

Result<std::unique_ptr<RowDecoder>> pnm_rows(const ByteSource& source, const PictureStructure& structure) {
  return std::unique_ptr<RowDecoder>(std::make_unique<PnmRowDecoder>(source, structure));
}

Status check_pnm_pixels(const PictureStructure& structure, std::uint64_t file_bytes) {
  const std::uint64_t needed = std::uint64_t{structure.width} * structure.height * pnm_pixel_bytes(structure);
  if (needed <= file_bytes - structure.pixels_at) return {};
  return Error{ErrorCode::truncated,
               "PNM needs " + std::to_string(needed) + " bytes of pixels, the file has " +
                   std::to_string(file_bytes - structure.pixels_at),
               ""};
}

Result<Picture> decode_pnm(const ByteSource& source, const PictureStructure& structure,
                           const Limits& limits) {
  const std::size_t row_bytes = structure.width * pnm_pixel_bytes(structure);
  auto picture = make_picture(static_cast<int>(structure.width), static_cast<int>(structure.height), limits);
  if (!picture) return picture;
  if (pnm_as_in_memory(structure)) {
    const auto all = std::as_writable_bytes(std::span(picture->rgb.get(), row_bytes * structure.height));
    if (Status read = source.read(structure.pixels_at, all); !read) return read.error();
    return picture;
  }
  PnmRowDecoder rows(source, structure);
  for (int y = 0; y < picture->height; ++y)
    if (Status read = rows.next(picture->row(y)); !read) return read.error();
  return picture;
}

}  // namespace fcn::tools

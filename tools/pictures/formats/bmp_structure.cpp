// SPDX-License-Identifier: MIT
// The header of a BMP file against its size.
#include <algorithm>
#include <bit>
#include <span>
#include <string>
#include <string_view>

#include "tools/pictures/formats/bmp_layout.hpp"
#include "tools/pictures/formats/picture_structure.hpp"
#include "tools/pictures/picture.hpp"
#include "tools/shell/byte_cursor.hpp"

namespace fcn::tools {
namespace {

struct BmpHeader {
  std::uint32_t file_bytes = 0;
  std::uint32_t pixels_at = 0;
  std::uint32_t header_bytes = 0;
  std::int64_t width = 0;
  std::int64_t height = 0;  // negative: top row first
  unsigned planes = 0;
  unsigned bits = 0;
  std::uint32_t compression = 0;
  std::uint32_t colours_used = 0;        // in the palette; 0: as many as a pixel tells apart
  std::array<std::uint32_t, 3> masks{};  // of red, green and blue, if the file gives them
};

constexpr std::uint32_t kBitFields = 3;
constexpr std::uint32_t kOldHeaderBytes = 12;  // OS/2's, with 16-bit sizes and 3-byte colours
constexpr std::uint32_t kFileHeaderBytes = 14;
constexpr std::size_t kColoursUsedAt = 46;
constexpr std::size_t kMasksAt = 54;  // in longer headers, or behind one of 40 bytes

Error broken_bmp(std::string_view what) {
  return {ErrorCode::malformed, "BMP " + std::string(what), ""};
}

Result<BmpHeader> read_bmp_header(const ByteSource& source) {
  std::array<std::uint8_t, kMasksAt + 12> start{};
  const auto readable = static_cast<std::size_t>(std::min<std::uint64_t>(source.size(), start.size()));
  if (Status read = source.read(0, std::as_writable_bytes(std::span(start)).first(readable)); !read)
    return read.error();
  ByteCursor cursor(PictureBytes(start).first(readable));
  BmpHeader header;
  cursor.skip(2);
  header.file_bytes = cursor.le32();
  cursor.skip(4);
  header.pixels_at = cursor.le32();
  header.header_bytes = cursor.le32();
  const bool old = header.header_bytes == kOldHeaderBytes;
  header.width = old ? cursor.le16() : static_cast<std::int32_t>(cursor.le32());
  header.height = old ? cursor.le16() : static_cast<std::int32_t>(cursor.le32());
  header.planes = cursor.le16();
  header.bits = cursor.le16();
  if (!old) {
    header.compression = cursor.le32();
    cursor.seek(kColoursUsedAt);
    header.colours_used = cursor.le32();
  }
  if (header.compression == kBitFields) {
    cursor.seek(kMasksAt);
    for (std::uint32_t& mask : header.masks) mask = cursor.le32();
  }
  if (!cursor.ok()) return Error{ErrorCode::truncated, "BMP ends within its header", ""};
  return header;
}

Status check_kind(const BmpHeader& header) {
  static constexpr std::uint32_t kHeaders[] = {kOldHeaderBytes, 40, 52, 56, 64, 108, 124};
  if (std::find(std::begin(kHeaders), std::end(kHeaders), header.header_bytes) == std::end(kHeaders))
    return Error{ErrorCode::unsupported,
                 "BMP has a header of " + std::to_string(header.header_bytes) + " bytes, of an unknown kind",
                 ""};
  if (header.planes != 1) return broken_bmp("has " + std::to_string(header.planes) + " planes, expected 1");
  switch (header.bits) {
    case 1:
    case 4:
    case 8:
    case 24:
      if (header.compression == 0) return {};
      break;
    case 16:
    case 32:
      if (header.compression == 0 || (header.compression == kBitFields && header.header_bytes != 64))
        return {};
      break;
    default:
      return Error{
          ErrorCode::unsupported,
          "BMP has " + std::to_string(header.bits) + " bits a pixel; 1, 4, 8, 16, 24 and 32 are supported",
          ""};
  }
  return Error{ErrorCode::unsupported, "BMP is compressed; only uncompressed ones are supported", ""};
}

/// Which bits of a pixel are which colour: by masks, or 5 bits each of 16 and 8 of 32.
Status read_fields(const BmpHeader& header, BmpLayout& layout) {
  std::array<std::uint32_t, 3> masks = header.masks;
  if (masks == std::array<std::uint32_t, 3>{})
    masks = header.bits == 16 ? std::array<std::uint32_t, 3>{0x7c00, 0x3e0, 0x1f}
                              : std::array<std::uint32_t, 3>{0xff0000, 0xff00, 0xff};
  for (std::size_t i = 0; i < masks.size(); ++i) {
    const std::uint32_t mask = masks[i];
    const auto shift = static_cast<unsigned>(std::countr_zero(mask));
    const unsigned bits = static_cast<unsigned>(std::popcount(mask));
    const bool whole = bits >= 1 && bits <= 8 && mask >> shift == (1u << bits) - 1;
    if (!whole || (header.bits == 16 && mask > 0xffff))
      return Error{ErrorCode::unsupported,
                   "BMP has colours in bits that are not next to each other or not 1 to 8", ""};
    layout.fields[i] = {shift, (1u << bits) - 1};
  }
  return {};
}

Status read_palette(const ByteSource& source, const BmpHeader& header, BmpLayout& layout) {
  const std::uint64_t start = std::uint64_t{kFileHeaderBytes} + header.header_bytes;
  const std::size_t entry = header.header_bytes == kOldHeaderBytes ? 3 : 4;
  const std::uint64_t most = std::uint64_t{1} << header.bits, used = header.colours_used;
  // What lies between the palette and the pixels is no part of either.
  const std::uint64_t colours =
      std::min((header.pixels_at - start) / entry, used == 0 ? most : std::min(used, most));
  if (colours == 0) return broken_bmp("has no palette");
  layout.colours = static_cast<unsigned>(colours);
  std::array<std::uint8_t, 4 * 256> bytes{};
  const auto wanted = std::as_writable_bytes(std::span(bytes)).first(entry * layout.colours);
  if (Status read = source.read(start, wanted); !read) return read;
  for (std::size_t i = 0; i < layout.colours; ++i)
    for (std::size_t c = 0; c < 3; ++c) layout.palette[i][c] = bytes[entry * i + 2 - c];
  return {};
}

}  // namespace

Result<BmpLayout> bmp_layout(const ByteSource& source, const Limits& limits) {
  const auto header = read_bmp_header(source);
  if (!header) return header.error();
  if (header->width < 0) return broken_bmp("has a negative width");
  const auto width = static_cast<std::uint64_t>(header->width);
  const auto height = static_cast<std::uint64_t>(header->height < 0 ? -header->height : header->height);
  if (Status size = check_picture_size(width, height, limits); !size) return size.error();
  if (Status kind = check_kind(*header); !kind) return kind.error();
  BmpLayout layout;
  layout.width = static_cast<std::uint32_t>(width);
  layout.height = static_cast<std::uint32_t>(height);
  layout.top_down = header->height < 0;
  layout.bits = header->bits;
  layout.pixels_at = header->pixels_at;
  // The limits keep this far below 64 bits.
  const std::uint64_t needed =
      std::max(layout.row_at(0), layout.row_at(layout.height - 1)) + layout.row_bytes();
  if (needed > source.size() || header->file_bytes > source.size())
    return Error{ErrorCode::truncated,
                 "BMP announces " + std::to_string(std::max<std::uint64_t>(needed, header->file_bytes)) +
                     " bytes, the file has " + std::to_string(source.size()),
                 ""};
  if (header->pixels_at < std::uint64_t{kFileHeaderBytes} + header->header_bytes)
    return broken_bmp("has its pixels within its header");
  Status rest;
  if (layout.bits <= 8) rest = read_palette(source, *header, layout);
  if (layout.bits == 16 || layout.bits == 32) rest = read_fields(*header, layout);
  if (!rest) return rest.error();
  return layout;
}

Result<PictureStructure> inspect_bmp(const ByteSource& source, const Limits& limits) {
  const auto layout = bmp_layout(source, limits);
  if (!layout) return layout.error();
  PictureStructure found;
  found.width = layout->width;
  found.height = layout->height;
  found.row_decoder_bytes = layout->row_bytes();
  found.decoder_bytes = 3ull * found.width * found.height + found.row_decoder_bytes;
  return found;
}

}  // namespace fcn::tools

// SPDX-License-Identifier: MIT
// The header of a BMP file against its size. stb_image pads a short file with zeros and reads palette entries
// that the file does not have from uninitialised memory.
#include <string>
#include <string_view>

#include "tools/pictures/decoder_memory.hpp"
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
  unsigned bits = 0;
  std::uint32_t compression = 0;
};

constexpr std::uint32_t kBitFields = 3;
constexpr std::uint32_t kOldHeaderBytes = 12;  // OS/2's, with 16-bit sizes and 3-byte colours

Error broken_bmp(std::string_view what) {
  return {ErrorCode::malformed, "BMP " + std::string(what), ""};
}

Result<BmpHeader> read_bmp_header(PictureBytes bytes) {
  ByteCursor cursor(bytes);
  BmpHeader header;
  cursor.skip(2);
  header.file_bytes = cursor.le32();
  cursor.skip(4);
  header.pixels_at = cursor.le32();
  header.header_bytes = cursor.le32();
  const bool old = header.header_bytes == kOldHeaderBytes;
  header.width = old ? cursor.le16() : static_cast<std::int32_t>(cursor.le32());
  header.height = old ? cursor.le16() : static_cast<std::int32_t>(cursor.le32());
  cursor.skip(2);  // planes, which the decoder checks
  header.bits = cursor.le16();
  if (!old) header.compression = cursor.le32();
  if (!cursor.ok()) return Error{ErrorCode::truncated, "BMP ends within its header", ""};
  return header;
}

/// How many colours stand between the header and the pixels.
std::uint64_t palette_colours(const BmpHeader& header) {
  const std::uint64_t start = 14ull + header.header_bytes;
  const unsigned entry = header.header_bytes == kOldHeaderBytes ? 3 : 4;
  return header.pixels_at > start ? (header.pixels_at - start) / entry : 0;
}

/// Whether every pixel of a palette picture names a colour that exists.
bool indices_exist(PictureBytes pixels, const BmpHeader& header, std::uint64_t stride, std::uint64_t rows,
                   std::uint64_t colours) {
  const unsigned bits = header.bits;
  const unsigned mask = (1u << bits) - 1;
  const auto width = static_cast<std::uint64_t>(header.width);
  for (std::uint64_t y = 0; y < rows; ++y) {
    for (std::uint64_t x = 0; x < width; ++x) {
      const std::uint64_t bit = x * bits;
      const std::uint8_t byte = pixels[y * stride + bit / 8];
      if (((byte >> (8 - bits - bit % 8)) & mask) >= colours) return false;
    }
  }
  return true;
}

Status check_kind(const BmpHeader& header) {
  switch (header.bits) {
    case 1:
    case 4:
    case 8:
    case 24:
      if (header.compression == 0) return {};
      break;
    case 16:
    case 32:
      if (header.compression == 0 || header.compression == kBitFields) return {};
      break;
    default:
      return Error{
          ErrorCode::unsupported,
          "BMP has " + std::to_string(header.bits) + " bits a pixel; 1, 4, 8, 16, 24 and 32 are supported",
          ""};
  }
  return Error{ErrorCode::unsupported, "BMP is compressed; only uncompressed ones are supported", ""};
}

}  // namespace

Result<PictureStructure> inspect_bmp(PictureBytes bytes, const Limits& limits) {
  const auto header = read_bmp_header(bytes);
  if (!header) return header.error();
  if (header->width < 0) return broken_bmp("has a negative width");
  const auto width = static_cast<std::uint64_t>(header->width);
  const auto height = static_cast<std::uint64_t>(header->height < 0 ? -header->height : header->height);
  if (Status size = check_held_size(width, height, limits); !size) return size.error();
  if (Status kind = check_kind(*header); !kind) return kind.error();

  // The limits keep these products far below 64 bits.
  const std::uint64_t row = (width * header->bits + 7) / 8;
  const std::uint64_t stride = (row + 3) / 4 * 4;
  const std::uint64_t needed = header->pixels_at + stride * (height - 1) + row;
  if (needed > bytes.size() || header->file_bytes > bytes.size())
    return Error{ErrorCode::truncated,
                 "BMP announces " + std::to_string(std::max<std::uint64_t>(needed, header->file_bytes)) +
                     " bytes, the file has " + std::to_string(bytes.size()),
                 ""};
  if (header->pixels_at < 14ull + header->header_bytes) return broken_bmp("has its pixels within its header");
  if (header->bits <= 8) {
    const std::uint64_t colours = palette_colours(*header);
    if (colours == 0 || colours > 256)
      return broken_bmp("has a palette of " + std::to_string(colours) + " colours");
    if (colours < (1u << header->bits) &&
        !indices_exist(bytes.subspan(header->pixels_at), *header, stride, height, colours))
      return broken_bmp("has pixels whose colour is not in its palette");
  }
  PictureStructure found;
  found.width = static_cast<std::uint32_t>(width);
  found.height = static_cast<std::uint32_t>(height);
  found.decoder_bytes = bmp_decoder_bytes(width, height);
  return found;
}

}  // namespace fcn::tools

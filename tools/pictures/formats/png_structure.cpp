// SPDX-License-Identifier: MIT
// The chunks of a PNG file: lengths, order, checksums. stb_image reads none of the checksums.
#include <zlib.h>

#include <string>
#include <string_view>

#include "tools/pictures/decoder_memory.hpp"
#include "tools/pictures/formats/exif.hpp"
#include "tools/pictures/formats/picture_structure.hpp"
#include "tools/pictures/picture.hpp"
#include "tools/shell/byte_cursor.hpp"

namespace fcn::tools {
namespace {

constexpr std::size_t kSignatureBytes = 8;
constexpr std::uint32_t kMaxChunk = 0x7fffffff;

struct PngChunk {
  std::size_t at = 0;  // of its length field
  std::string_view type;
  PictureBytes data;
};

Error broken_png(const PngChunk& chunk, std::string_view what) {
  return {ErrorCode::malformed,
          "PNG chunk " + std::string(chunk.type) + " at byte " + std::to_string(chunk.at) + ": " +
              std::string(what),
          ""};
}

bool is_chunk_type(std::string_view type) {
  for (const char c : type)
    if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'))) return false;
  return type.size() == 4;
}

/// Whether the decoder, or we, read this chunk. The rest (comments, colour profiles) may be damaged.
bool is_read_png_chunk(std::string_view type) {
  return (type[0] & 0x20) == 0 || type == "tRNS" || type == "eXIf";
}

bool checksum_holds(const PngChunk& chunk, std::uint32_t expected) {
  uLong sum = crc32(0, reinterpret_cast<const Bytef*>(chunk.type.data()), 4);
  if (!chunk.data.empty()) sum = crc32(sum, chunk.data.data(), static_cast<uInt>(chunk.data.size()));
  return static_cast<std::uint32_t>(sum) == expected;
}

Result<PngChunk> next_png_chunk(ByteCursor& cursor) {
  PngChunk chunk;
  chunk.at = cursor.position();
  const std::uint32_t length = cursor.be32();
  const PictureBytes type = cursor.take(4);
  if (!cursor.ok())
    return Error{ErrorCode::truncated,
                 "PNG ends at byte " + std::to_string(chunk.at) + " without its IEND chunk", ""};
  chunk.type = {reinterpret_cast<const char*>(type.data()), type.size()};
  if (!is_chunk_type(chunk.type))
    return Error{ErrorCode::malformed,
                 "PNG has no chunk where one should start, at byte " + std::to_string(chunk.at), ""};
  if (length > kMaxChunk) return broken_png(chunk, "its length is not one PNG allows");
  chunk.data = cursor.take(length);
  const std::uint32_t checksum = cursor.be32();
  if (!cursor.ok())
    return Error{ErrorCode::truncated,
                 "PNG chunk " + std::string(chunk.type) + " at byte " + std::to_string(chunk.at) +
                     " announces " + std::to_string(length) + " bytes, more than the file has left",
                 ""};
  if (is_read_png_chunk(chunk.type) && !checksum_holds(chunk, checksum))
    return broken_png(chunk, "its checksum does not match");
  return chunk;
}

/// Width and height stand at fixed places, so an enormous picture is refused before its checksums are
/// computed.
Result<PictureStructure> read_size(PictureBytes bytes, const Limits& limits) {
  ByteCursor cursor(bytes);
  cursor.seek(kSignatureBytes);
  cursor.skip(4);
  const PictureBytes type = cursor.take(4);
  PictureStructure found;
  found.width = cursor.be32();
  found.height = cursor.be32();
  if (!cursor.ok()) return Error{ErrorCode::truncated, "PNG ends within its header", ""};
  if (std::string_view(reinterpret_cast<const char*>(type.data()), 4) != "IHDR")
    return Error{ErrorCode::malformed, "PNG does not start with an IHDR chunk", ""};
  if (Status size = check_picture_size(found.width, found.height, limits); !size) return size.error();
  return found;
}

}  // namespace

namespace {

PngHeader read_png_header(const PngChunk& chunk) {
  ByteCursor cursor(chunk.data);
  PngHeader header;
  header.width = cursor.be32();
  header.height = cursor.be32();
  header.depth = cursor.u8();
  header.colour_type = cursor.u8();
  cursor.skip(2);  // compression and filter, of which there is one kind each
  header.interlaced = cursor.u8() != 0;
  return header;
}

/// Where the palette is, if this chunk is one.
Status note_palette(const PngChunk& chunk, bool has_pixels, PictureStructure& found) {
  if (found.palette_colours != 0 || has_pixels) return broken_png(chunk, "out of place");
  if (chunk.data.empty() || chunk.data.size() % 3 != 0 || chunk.data.size() > 768)
    return broken_png(chunk, "a palette has 1 to 256 colours of 3 bytes");
  found.palette_at = chunk.at;
  found.palette_colours = chunk.data.size() / 3;
  return {};
}

}  // namespace

Result<PictureStructure> inspect_png(PictureBytes bytes, const Limits& limits) {
  auto found = read_size(bytes, limits);
  if (!found) return found;
  ByteCursor cursor(bytes);
  cursor.seek(kSignatureBytes);
  bool has_pixels = false;
  PngHeader header;
  PngDataBuffer data;
  for (bool first = true;; first = false) {
    const auto chunk = next_png_chunk(cursor);
    if (!chunk) return chunk.error();
    if (first != (chunk->type == "IHDR")) return broken_png(*chunk, "out of place");
    if (first) header = read_png_header(*chunk);
    if (chunk->type == "IEND") break;
    if (chunk->type == "eXIf") found->orientation = exif_orientation(chunk->data);
    if (chunk->type == "tRNS") header.transparent_colour = header.colour_type != 3;
    if (chunk->type == "PLTE")
      if (Status palette = note_palette(*chunk, has_pixels, *found); !palette) return palette.error();
    if (chunk->type != "IDAT") continue;
    has_pixels = true;
    data.append(chunk->data.size());
  }
  if (!has_pixels) return Error{ErrorCode::malformed, "PNG has no IDAT chunk", ""};
  header.compressed = data.size();
  found->decoder_bytes = png_decoder_bytes(header);
  return found;
}

}  // namespace fcn::tools

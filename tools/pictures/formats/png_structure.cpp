// SPDX-License-Identifier: MIT
// The chunks of a PNG file: lengths, order, checksums. stb_image reads none of the checksums.
#include <zlib.h>

#include <array>
#include <span>
#include <string>
#include <string_view>

#include "tools/pictures/decoder_memory.hpp"
#include "tools/pictures/formats/exif.hpp"
#include "tools/pictures/formats/picture_structure.hpp"
#include "tools/pictures/picture.hpp"
#include "tools/shell/byte_cursor.hpp"
#include "tools/shell/counted_memory.hpp"

namespace fcn::tools {
namespace {

constexpr std::size_t kSignatureBytes = 8;
constexpr std::uint32_t kMaxChunk = 0x7fffffff;
constexpr std::size_t kSizeEnd = kSignatureBytes + 16;  // of width and height

struct PngChunk {
  std::size_t at = 0;  // of its length field
  std::string_view type;
  std::uint32_t length = 0;
  PictureBytes data;  // empty where it was not read
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

Error no_png_end(std::uint64_t at) {
  return {ErrorCode::truncated, "PNG ends at byte " + std::to_string(at) + " without its IEND chunk", ""};
}

Error short_png_chunk(const PngChunk& chunk) {
  return {ErrorCode::truncated,
          "PNG chunk " + std::string(chunk.type) + " at byte " + std::to_string(chunk.at) + " announces " +
              std::to_string(chunk.length) + " bytes, more than the file has left",
          ""};
}

/// Whether this can be the start of a chunk.
Status check_png_chunk(const PngChunk& chunk) {
  if (!is_chunk_type(chunk.type))
    return Error{ErrorCode::malformed,
                 "PNG has no chunk where one should start, at byte " + std::to_string(chunk.at), ""};
  if (chunk.length > kMaxChunk) return broken_png(chunk, "its length is not one PNG allows");
  return {};
}

std::string_view chunk_type(PictureBytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Walks over the chunks of a file in memory.
class PngChunks {
 public:
  explicit PngChunks(PictureBytes bytes) : cursor_(bytes) { cursor_.seek(kSignatureBytes); }

  Result<PngChunk> next() {
    PngChunk chunk;
    chunk.at = cursor_.position();
    chunk.length = cursor_.be32();
    const PictureBytes type = cursor_.take(4);
    if (!cursor_.ok()) return no_png_end(chunk.at);
    chunk.type = chunk_type(type);
    if (Status possible = check_png_chunk(chunk); !possible) return possible.error();
    chunk.data = cursor_.take(chunk.length);
    const std::uint32_t checksum = cursor_.be32();
    if (!cursor_.ok()) return short_png_chunk(chunk);
    if (is_read_png_chunk(chunk.type) && !checksum_holds(chunk, checksum))
      return broken_png(chunk, "its checksum does not match");
    return chunk;
  }

 private:
  ByteCursor cursor_;
};

/// Walks over the chunks of a file that is not in memory, and reads those that are short and matter.
class PngFileChunks {
 public:
  explicit PngFileChunks(const ByteSource& source) : source_(source) {}

  Result<PngChunk> next() {
    PngChunk chunk;
    chunk.at = static_cast<std::size_t>(at_);
    if (!source_.read(at_, std::as_writable_bytes(std::span(start_)))) return no_png_end(at_);
    ByteCursor cursor(start_);
    chunk.length = cursor.be32();
    chunk.type = chunk_type(cursor.take(4));
    if (Status possible = check_png_chunk(chunk); !possible) return possible.error();
    const std::uint64_t data_at = at_ + start_.size();
    at_ = data_at + chunk.length + kChecksumBytes;
    if (at_ > source_.size()) return short_png_chunk(chunk);
    if (chunk.type == "IDAT" || !is_read_png_chunk(chunk.type)) return chunk;
    if (chunk.length > kLongestRead) return broken_png(chunk, "it is longer than chunks of its type are");
    data_.resize(chunk.length + kChecksumBytes);
    if (Status read = source_.read(data_at, std::as_writable_bytes(std::span(data_))); !read)
      return read.error();
    chunk.data = PictureBytes(data_).first(chunk.length);
    ByteCursor checksum(PictureBytes(data_).subspan(chunk.length));
    if (!checksum_holds(chunk, checksum.be32())) return broken_png(chunk, "its checksum does not match");
    return chunk;
  }

 private:
  static constexpr std::size_t kChecksumBytes = 4;
  static constexpr std::uint32_t kLongestRead = 1u << 20;

  const ByteSource& source_;
  std::uint64_t at_ = kSignatureBytes;
  std::array<std::uint8_t, 8> start_{};
  ByteVector data_;
};

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

/// What libpng 1.6 and zlib hold: their states, a window, and rows before and after filtering and as they are
/// converted, of up to four samples of 16 bits.
std::uint64_t png_row_bytes(const PngHeader& header) {
  constexpr std::uint64_t kStateBytes = 96 << 10, kPixelBytes = 8, kRows = 3;
  return header.interlaced ? 0 : kStateBytes + kRows * kPixelBytes * (header.width + 16);
}

template <class Chunks>
Result<PictureStructure> walk_png(Chunks chunks, PictureStructure found) {
  bool has_pixels = false;
  PngHeader header;
  PngDataBuffer data;
  for (bool first = true;; first = false) {
    const auto chunk = chunks.next();
    if (!chunk) return chunk.error();
    if (first != (chunk->type == "IHDR")) return broken_png(*chunk, "out of place");
    if (first) header = read_png_header(*chunk);
    if (chunk->type == "IEND") break;
    if (chunk->type == "eXIf") found.orientation = exif_orientation(chunk->data);
    if (chunk->type == "tRNS") header.transparent_colour = header.colour_type != 3;
    if (chunk->type == "PLTE")
      if (Status palette = note_palette(*chunk, has_pixels, found); !palette) return palette.error();
    if (chunk->type != "IDAT") continue;
    has_pixels = true;
    data.append(chunk->length);
  }
  if (!has_pixels) return Error{ErrorCode::malformed, "PNG has no IDAT chunk", ""};
  header.compressed = data.size();
  found.decoder_bytes = png_decoder_bytes(header);
  found.row_decoder_bytes = found.row_library_bytes = png_row_bytes(header);
  return found;
}

}  // namespace

Result<PictureStructure> inspect_png(PictureBytes bytes, const Limits& limits) {
  const auto found = read_size(bytes, limits);
  return found ? walk_png(PngChunks(bytes), *found) : found;
}

Result<PictureStructure> inspect_png(const ByteSource& source, const Limits& limits) {
  std::array<std::uint8_t, kSizeEnd> start{};
  if (!source.read(0, std::as_writable_bytes(std::span(start))))
    return Error{ErrorCode::truncated, "PNG ends within its header", ""};
  const auto found = read_size(start, limits);
  return found ? walk_png(PngFileChunks(source), *found) : found;
}

}  // namespace fcn::tools

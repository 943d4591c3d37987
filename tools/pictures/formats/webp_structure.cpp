// SPDX-License-Identifier: MIT
// The chunks of a WebP file up to its first frame, and the orientation that its EXIF chunk states.
#include <cstring>
#include <string>
#include <string_view>

#include "tools/pictures/formats/exif.hpp"
#include "tools/pictures/formats/picture_structure.hpp"
#include "tools/pictures/formats/webp_pixels.hpp"
#include "tools/pictures/picture.hpp"
#include "tools/shell/byte_cursor.hpp"

namespace fcn::tools {
namespace {

struct WebpChunk {
  std::string_view type;
  std::size_t at = 0;  // of its type
  PictureBytes data;
};

Error broken_webp(std::size_t at, std::string_view what) {
  return {ErrorCode::malformed, "WebP at byte " + std::to_string(at) + " " + std::string(what), ""};
}

Result<WebpChunk> next_webp_chunk(ByteCursor& cursor, std::size_t base) {
  WebpChunk chunk;
  chunk.at = base + cursor.position();
  const PictureBytes type = cursor.take(4);
  chunk.type = {reinterpret_cast<const char*>(type.data()), type.size()};
  const std::uint32_t size = cursor.le32();
  chunk.data = cursor.take(size);
  if (!cursor.ok())
    return Error{
        ErrorCode::truncated,
        "WebP has a chunk at byte " + std::to_string(chunk.at) + " that is longer than what contains it", ""};
  if (size % 2 != 0 && cursor.remaining() > 0) cursor.skip(1);
  return chunk;
}

std::uint32_t le24(ByteCursor& cursor) {
  const std::uint32_t low = cursor.le16();
  return low | std::uint32_t{cursor.u8()} << 16;
}

bool is_picture(std::string_view type) {
  return type == "VP8 " || type == "VP8L";
}

class WebpWalk {
 public:
  WebpWalk(PictureBytes bytes, const Limits& limits) : bytes_(bytes), limits_(limits) {}

  Result<PictureStructure> run() {
    constexpr std::size_t kHeaderBytes = 12;
    ByteCursor header(bytes_);
    header.skip(4);
    const std::uint64_t end = 8 + std::uint64_t{header.le32()};
    if (!header.ok() || end > bytes_.size() || end < kHeaderBytes)
      return Error{
          ErrorCode::truncated,
          "WebP announces " + std::to_string(end) + " bytes, the file has " + std::to_string(bytes_.size()),
          ""};
    ByteCursor cursor(bytes_.first(static_cast<std::size_t>(end)));
    cursor.seek(kHeaderBytes);
    while (cursor.remaining() > 0) {
      const auto chunk = next_webp_chunk(cursor, 0);
      if (!chunk) return chunk.error();
      if (Status read = take(*chunk); !read) return read.error();
      if (has_frame_ && !extended_) break;  // nothing else belongs to such a file
    }
    if (!has_frame_) return broken_webp(bytes_.size(), "ends without a picture");
    return found_;
  }

 private:
  Status take(const WebpChunk& chunk) {
    if (chunk.type == "VP8X") return extended(chunk);
    if (chunk.type == "EXIF" && !std::exchange(has_exif_, true)) found_.orientation = orientation(chunk.data);
    if (has_frame_) return {};
    if (chunk.type == "ANMF" && extended_) return animation_frame(chunk);
    if (!is_picture(chunk.type)) return {};
    if (animated_) return broken_webp(chunk.at, "has a still picture within an animation");
    return frame(chunk);
  }

  /// The header of a file with more than one picture's chunk: the size of the canvas.
  Status extended(const WebpChunk& chunk) {
    ByteCursor cursor(chunk.data);
    const std::uint8_t flags = cursor.u8();
    cursor.skip(3);
    const std::uint64_t width = std::uint64_t{le24(cursor)} + 1, height = std::uint64_t{le24(cursor)} + 1;
    if (!cursor.ok() || extended_ || has_frame_) return broken_webp(chunk.at, "has a header out of place");
    if (Status size = check_held_size(width, height, limits_); !size) return size;
    extended_ = true;
    animated_ = (flags & 2) != 0;
    found_.width = static_cast<std::uint32_t>(width);
    found_.height = static_cast<std::uint32_t>(height);
    return {};
  }

  Status animation_frame(const WebpChunk& chunk) {
    constexpr std::size_t kHeaderBytes = 16, kChunkHeaderBytes = 8;
    ByteCursor cursor(chunk.data);
    PictureStructure::Frame place;
    place.left = 2 * le24(cursor);
    place.top = 2 * le24(cursor);
    place.width = le24(cursor) + 1;
    place.height = le24(cursor) + 1;
    cursor.seek(kHeaderBytes);
    if (!cursor.ok()) return broken_webp(chunk.at, "has a frame shorter than its header");
    if (place.left + place.width > found_.width || place.top + place.height > found_.height)
      return broken_webp(chunk.at, "has a frame beyond its canvas");
    while (cursor.remaining() > 0) {
      const auto part = next_webp_chunk(cursor, chunk.at + kChunkHeaderBytes);
      if (!part) return part.error();
      if (!is_picture(part->type)) continue;
      found_.frame = place;
      return frame(*part);
    }
    return broken_webp(chunk.at, "has a frame without a picture");
  }

  /// The chunk that holds the pixels. Of what stands beside it, such as transparency, nothing is needed.
  Status frame(const WebpChunk& chunk) {
    const auto size = webp_frame_size(chunk.data);
    if (!size) return size.error();
    PictureStructure::Frame& frame = found_.frame;
    if (frame.width == 0) {
      frame.width = size->width;
      frame.height = size->height;
      if (!extended_) {
        found_.width = size->width;
        found_.height = size->height;
      }
      if (found_.width != frame.width || found_.height != frame.height)
        return broken_webp(chunk.at, "has a picture of another size than its canvas");
    }
    if (frame.width != size->width || frame.height != size->height)
      return broken_webp(chunk.at, "has a picture of another size than its frame");
    if (Status allowed = check_held_size(found_.width, found_.height, limits_); !allowed) return allowed;
    frame.at = static_cast<std::size_t>(chunk.data.data() - bytes_.data());
    frame.bytes = chunk.data.size();
    add_webp_memory(*size, found_);
    has_frame_ = true;
    return {};
  }

  static int orientation(PictureBytes exif) {
    constexpr std::string_view kHeader("Exif\0\0", 6);
    if (exif.size() >= kHeader.size() && std::memcmp(exif.data(), kHeader.data(), kHeader.size()) == 0)
      exif = exif.subspan(kHeader.size());
    return exif_orientation(exif);
  }

  PictureBytes bytes_;
  const Limits& limits_;
  PictureStructure found_;
  bool extended_ = false;
  bool animated_ = false;
  bool has_frame_ = false;
  bool has_exif_ = false;  // the first counts
};

}  // namespace

Result<PictureStructure> inspect_webp(PictureBytes bytes, const Limits& limits) {
  return WebpWalk(bytes, limits).run();
}

}  // namespace fcn::tools

// SPDX-License-Identifier: MIT
// The blocks of a GIF file up to its first picture. The rest is not read.
#include <algorithm>
#include <string>
#include <string_view>

#include "tools/pictures/formats/gif_pixels.hpp"
#include "tools/pictures/formats/picture_structure.hpp"
#include "tools/pictures/picture.hpp"
#include "tools/shell/byte_cursor.hpp"

namespace fcn::tools {
namespace {

constexpr std::uint8_t kExtension = 0x21;
constexpr std::uint8_t kPicture = 0x2c;
constexpr std::uint8_t kTrailer = 0x3b;
constexpr std::uint8_t kGraphicControl = 0xf9;

Error broken_gif(std::size_t at, std::string_view what) {
  return {ErrorCode::malformed, "GIF at byte " + std::to_string(at) + " " + std::string(what), ""};
}

Error truncated(PictureBytes bytes) {
  return {ErrorCode::truncated,
          "GIF ends at byte " + std::to_string(bytes.size()) + " before its first picture", ""};
}

/// Bytes of the colour table that these flags announce.
std::size_t table_bytes(std::uint8_t flags) {
  return (flags & 0x80) != 0 ? std::size_t{3} << ((flags & 7) + 1) : 0;
}

/// An extension behind its label: sub-blocks, ended by an empty one. The first of a graphic control extension
/// says which colour is clear.
void read_extension(ByteCursor& cursor, PictureStructure& found) {
  const std::uint8_t label = cursor.u8();
  bool first = true;
  for (std::uint8_t length = cursor.u8(); length != 0 && cursor.ok(); length = cursor.u8()) {
    const PictureBytes block = cursor.take(length);
    if (std::exchange(first, false) && label == kGraphicControl && block.size() >= 4)
      found.clear_colour = (block[0] & 1) != 0 ? std::optional(block[3]) : std::nullopt;
  }
}

/// The picture's place. It may reach beyond the screen, which then grows.
Status read_frame(ByteCursor& cursor, const Limits& limits, PictureStructure& found) {
  const std::size_t at = cursor.position();
  PictureStructure::Frame& frame = found.frame;
  frame.left = cursor.le16();
  frame.top = cursor.le16();
  frame.width = cursor.le16();
  frame.height = cursor.le16();
  const std::uint8_t flags = cursor.u8();
  if (!cursor.ok()) return {};
  if (frame.width == 0 || frame.height == 0) return broken_gif(at, "has an empty picture");
  found.width = std::max(found.width, frame.left + frame.width);
  found.height = std::max(found.height, frame.top + frame.height);
  cursor.skip(table_bytes(flags));
  return check_held_size(found.width, found.height, limits);
}

}  // namespace

Result<PictureStructure> inspect_gif(PictureBytes bytes, const Limits& limits) {
  ByteCursor cursor(bytes);
  cursor.skip(6);
  PictureStructure found;
  found.width = cursor.le16();
  found.height = cursor.le16();
  const std::uint8_t flags = cursor.u8();
  cursor.skip(2 + table_bytes(flags));
  for (;;) {
    const std::size_t at = cursor.position();
    const std::uint8_t kind = cursor.u8();
    if (!cursor.ok()) return truncated(bytes);
    if (kind == kPicture) break;
    if (kind == kTrailer) return broken_gif(at, "ends without a picture");
    if (kind != kExtension) return broken_gif(at, "has no block where one should start");
    read_extension(cursor, found);
  }
  if (Status frame = read_frame(cursor, limits, found); !frame) return frame.error();
  if (!cursor.ok()) return truncated(bytes);
  add_gif_memory(found);
  return found;
}

}  // namespace fcn::tools

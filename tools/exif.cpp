// SPDX-License-Identifier: MIT
// A bounded look at one TIFF directory; no offset is followed beyond it. And the eight ways to turn a
// picture.
#include "tools/exif.hpp"

#include <algorithm>
#include <utility>

#include "tools/byte_cursor.hpp"

namespace fcn::tools {

int exif_orientation(std::span<const std::uint8_t> tiff) {
  constexpr std::uint16_t kOrientationTag = 0x0112;
  constexpr std::uint16_t kShort = 3;
  constexpr int kMaxEntries = 512;  // cameras write some twenty

  ByteCursor cursor(tiff);
  const std::uint16_t byte_order = cursor.be16();
  if (byte_order != 0x4949 && byte_order != 0x4d4d) return 1;
  const bool big = byte_order == 0x4d4d;
  const auto u16 = [&] { return big ? cursor.be16() : cursor.le16(); };
  const auto u32 = [&] { return big ? cursor.be32() : cursor.le32(); };
  if (u16() != 42) return 1;
  cursor.seek(u32());
  const int entries = std::min<int>(u16(), kMaxEntries);
  for (int i = 0; i < entries && cursor.ok(); ++i) {
    const std::uint16_t tag = u16();
    const std::uint16_t type = u16();
    const std::uint32_t count = u32();
    const std::uint16_t value =
        u16();  // a SHORT stands in the first half of the value field in either byte order
    cursor.skip(2);
    if (tag != kOrientationTag) continue;
    const bool valid = cursor.ok() && type == kShort && count == 1 && value >= 1 && value <= 8;
    return valid ? value : 1;
  }
  return 1;
}

namespace {

/// Where pixel (0, 0) of the upright picture comes from, and the way (in bytes) to its right and lower
/// neighbour.
struct Walk {
  std::ptrdiff_t start;
  std::ptrdiff_t right;
  std::ptrdiff_t down;
};

Walk walk_of(const Picture& from, int orientation) {
  const std::ptrdiff_t x = 3;
  const auto y = static_cast<std::ptrdiff_t>(from.row_bytes());
  const std::ptrdiff_t last_x = x * (from.width - 1);
  const std::ptrdiff_t last_y = y * (from.height - 1);
  switch (orientation) {
    case 2:
      return {last_x, -x, y};
    case 3:
      return {last_y + last_x, -x, -y};
    case 4:
      return {last_y, x, -y};
    case 5:
      return {0, y, x};
    case 6:
      return {last_y, -y, x};
    case 7:
      return {last_y + last_x, -y, -x};
    case 8:
      return {last_x, y, -x};
    default:
      return {0, x, y};
  }
}

}  // namespace

Result<Picture> apply_orientation(Picture picture, int orientation, const Limits& limits) {
  if (!is_turned(orientation)) return picture;
  const bool swapped = swaps_sides(orientation);
  auto upright = make_picture(swapped ? picture.height : picture.width,
                              swapped ? picture.width : picture.height, limits);
  if (!upright) return upright;
  const Walk walk = walk_of(picture, orientation);
  // In squares, because one of the two pictures is walked down its columns and would touch a new cache line
  // for every pixel.
  constexpr int kSquare = 64;
  for (int top = 0; top < upright->height; top += kSquare) {
    for (int left = 0; left < upright->width; left += kSquare) {
      const int right = std::min(left + kSquare, upright->width);
      for (int y = top; y < std::min(top + kSquare, upright->height); ++y) {
        const std::uint8_t* from = picture.rgb.get() + walk.start + walk.down * y + walk.right * left;
        std::uint8_t* to = upright->row(y) + 3 * left;
        for (int x = left; x < right; ++x, from += walk.right, to += 3) std::copy_n(from, 3, to);
      }
    }
  }
  return upright;
}

}  // namespace fcn::tools

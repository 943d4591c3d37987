// SPDX-License-Identifier: MIT
// A bounded look at one TIFF directory and the values of one tag. And the eight ways to turn a picture.
#include "tools/pictures/formats/exif.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "tools/shell/byte_cursor.hpp"

namespace fcn::tools {

namespace {

enum TiffType : std::uint16_t {
  kShort = 3,
  kLong = 4,
  kSignedByte = 6,
  kSignedShort = 8,
  kSignedLong = 9,
  kIfd = 13,
};

/// Reads a TIFF block in its own byte order.
class TiffCursor {
 public:
  explicit TiffCursor(std::span<const std::uint8_t> tiff) : cursor_(tiff) {
    const std::uint16_t byte_order = cursor_.be16();
    big_ = byte_order == 0x4d4d;
    valid_ = (byte_order == 0x4949 || big_) && u16() == 42;
  }
  [[nodiscard]] bool valid() const { return valid_; }
  ByteCursor& bytes() { return cursor_; }
  std::uint16_t u16() { return big_ ? cursor_.be16() : cursor_.le16(); }
  std::uint32_t u32() { return big_ ? cursor_.be32() : cursor_.le32(); }

 private:
  ByteCursor cursor_;
  bool big_ = false;
  bool valid_ = false;
};

std::uint32_t value_bytes(std::uint16_t type) {
  constexpr std::uint8_t bytes[] = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4};
  return type < sizeof bytes ? bytes[type] : 0;
}

/// The first value of an entry whose field the cursor stands at, as an orientation: 1 for one that is none,
/// nothing for an entry that holds no value.
std::optional<int> entry_orientation(TiffCursor cursor, std::uint16_t type, std::uint32_t count) {
  if (value_bytes(type) == 0 || count == 0) return std::nullopt;
  if (std::uint64_t{count} * value_bytes(type) > 4) {
    const std::uint32_t at = cursor.u32();
    cursor.bytes().seek(at);
    if (cursor.bytes().remaining() < std::uint64_t{count} * value_bytes(type)) return std::nullopt;
  }
  std::int64_t value = 1;
  if (type == kShort || type == kSignedShort) value = cursor.u16();
  if (type == kLong || type == kSignedLong || type == kIfd) value = cursor.u32();
  if (type == kSignedByte) value = cursor.bytes().u8();
  if (!cursor.bytes().ok()) return std::nullopt;
  return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
}

}  // namespace

int exif_orientation(std::span<const std::uint8_t> tiff) {
  constexpr std::uint16_t kOrientationTag = 0x0112;
  constexpr int kMaxEntries = 512;  // cameras write some twenty

  TiffCursor cursor(tiff);
  if (!cursor.valid()) return 1;
  cursor.bytes().seek(cursor.u32());
  const int entries = std::min<int>(cursor.u16(), kMaxEntries);
  int orientation = 1;
  for (int i = 0; i < entries && cursor.bytes().ok(); ++i) {
    const std::uint16_t tag = cursor.u16();
    const std::uint16_t type = cursor.u16();
    const std::uint32_t count = cursor.u32();
    const TiffCursor field = cursor;
    cursor.bytes().skip(4);
    if (tag != kOrientationTag || !cursor.bytes().ok()) continue;
    // Of several the last counts, as in Pillow.
    orientation = entry_orientation(field, type, count).value_or(orientation);
  }
  return orientation;
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

// SPDX-License-Identifier: MIT
// BMP files row by row, from the top, wherever their rows stand. Fields of less than 8 bits become 8 as in
// Pillow: multiplied by 255 and divided, cut to whole numbers.
#include <cstddef>
#include <utility>

#include "tools/pictures/formats/bmp_layout.hpp"
#include "tools/pictures/rows/row_decoder.hpp"
#include "tools/shell/counted_memory.hpp"

namespace fcn::tools {
namespace {

class BmpRowDecoder : public RowDecoder {
 public:
  BmpRowDecoder(const ByteSource& source, const BmpLayout& layout)
      : source_(source), layout_(layout), stored_(static_cast<std::size_t>(layout.row_bytes())) {}

  Status next(std::uint8_t* rgb) override {
    if (Status read = source_.read(layout_.row_at(next_++), std::as_writable_bytes(std::span(stored_)));
        !read)
      return read;
    if (layout_.bits <= 8) return from_palette(rgb);
    const std::size_t bytes = layout_.bits / 8;
    const std::uint8_t* from = stored_.data();
    for (std::uint32_t x = 0; x < layout_.width; ++x, from += bytes, rgb += 3) {
      if (layout_.bits == 24) {
        for (std::size_t c = 0; c < 3; ++c) rgb[c] = from[2 - c];
        continue;
      }
      std::uint32_t pixel = 0;
      for (std::size_t i = bytes; i-- > 0;) pixel = pixel << 8 | from[i];
      for (std::size_t c = 0; c < 3; ++c) {
        const BmpLayout::Field& field = layout_.fields[c];
        rgb[c] = static_cast<std::uint8_t>((pixel >> field.shift & field.largest) * 255 / field.largest);
      }
    }
    return {};
  }

 private:
  Status from_palette(std::uint8_t* rgb) const {
    const unsigned bits = layout_.bits, mask = (1u << bits) - 1;
    for (std::size_t x = 0; x < layout_.width; ++x, rgb += 3) {
      const std::size_t bit = x * bits;
      const unsigned index = static_cast<unsigned>(stored_[bit / 8] >> (8 - bits - bit % 8)) & mask;
      if (index >= layout_.colours)
        return Error{ErrorCode::malformed, "BMP has pixels whose colour is not in its palette", ""};
      for (std::size_t c = 0; c < 3; ++c) rgb[c] = layout_.palette[index][c];
    }
    return {};
  }

  const ByteSource& source_;
  BmpLayout layout_;
  ByteVector stored_;  // a row
  std::uint32_t next_ = 0;
};

}  // namespace

Result<std::unique_ptr<RowDecoder>> bmp_rows(const ByteSource& source) {
  const auto layout = bmp_layout(source, {});
  if (!layout) return layout.error();
  return std::unique_ptr<RowDecoder>(std::make_unique<BmpRowDecoder>(source, *layout));
}

}  // namespace fcn::tools

// SPDX-License-Identifier: MIT
// A page of a TIFF, one group of rows after the other: a row of tiles, or a row of pixels.
#include <algorithm>
#include <optional>
#include <utility>

#include "fcn/base/memory_count.hpp"
#include "tools/pictures/formats/tiff_pixels.hpp"
#include "tools/pictures/rows/row_decoder.hpp"

namespace fcn::tools {
namespace {

class TiffRowDecoder : public RowDecoder {
 public:
  TiffRowDecoder(TiffFile file, const TiffLayout& layout, std::uint64_t library)
      : counted_(static_cast<std::size_t>(library)),
        file_(std::move(file)),
        layout_(layout),
        row_bytes_(std::size_t{3} * layout.width) {
    prepare_tiff(file_, layout_);
    pixels_.emplace(file_, layout_);
    group_.resize(row_bytes_ * std::min(layout_.group_rows(), layout_.height));
  }

  Status next(std::uint8_t* rgb) override {
    const std::uint32_t row = next_ % layout_.group_rows();
    if (row == 0)
      if (Status read = pixels_->read_group(next_, {group_.data(), next_, row_bytes_}); !read) return read;
    std::copy_n(group_.data() + row * row_bytes_, row_bytes_, rgb);
    ++next_;
    return {};
  }

 private:
  CountedBytes counted_;
  TiffFile file_;
  TiffLayout layout_;
  std::size_t row_bytes_;
  std::optional<TiffPixels> pixels_;  // refers to the two above, at the address where this ends up
  ByteVector group_;
  std::uint32_t next_ = 0;
};

}  // namespace

Result<std::unique_ptr<RowDecoder>> tiff_rows(const ByteSource& source, const PictureStructure& structure) {
  auto file = TiffFile::open(source, {}, structure.page.page);
  if (!file) return file.error();
  const auto layout = tiff_layout(*file);
  if (!layout) return layout.error();
  return std::unique_ptr<RowDecoder>(
      std::make_unique<TiffRowDecoder>(*std::move(file), *layout, structure.row_library_bytes));
}

}  // namespace fcn::tools

// SPDX-License-Identifier: MIT
// The pixels of a TIFF's page as 8-bit RGB, whole or in groups of rows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tools/pictures/formats/picture_structure.hpp"
#include "tools/pictures/formats/tiff_file.hpp"
#include "tools/pictures/formats/tiff_layout.hpp"
#include "tools/pictures/picture.hpp"
#include "tools/shell/counted_memory.hpp"

namespace fcn::tools {

/// Where rows of 8-bit RGB go: row `first` to `pixels`, the others behind it.
struct RgbRows {
  std::uint8_t* pixels = nullptr;
  std::uint32_t first = 0;
  std::size_t row_bytes = 0;

  [[nodiscard]] std::uint8_t* row(std::uint32_t y) const { return pixels + row_bytes * (y - first); }
};

class TiffPixels {
 public:
  /// `file`, prepared by prepare_tiff(), and its layout must outlive this.
  TiffPixels(const TiffFile& file, const TiffLayout& layout);
  TiffPixels(const TiffPixels&) = delete;
  TiffPixels& operator=(const TiffPixels&) = delete;
  ~TiffPixels();

  /// All rows.
  Status read_all(const RgbRows& rgb);
  /// The rows from `top`, a multiple of TiffLayout::group_rows(), as far as the group and the picture go.
  /// Rows that are stored in strips must be read from the top.
  Status read_group(std::uint32_t top, const RgbRows& rgb);

 private:
  Status read_row(std::uint32_t y, const RgbRows& rgb, std::uint16_t plane);
  Status read_tiles(std::uint32_t top, const RgbRows& rgb, std::uint16_t plane);
  Status read_rgba(std::uint32_t top, const RgbRows& rgb);
  void put(std::uint32_t x, std::uint32_t y, std::uint32_t pixels, const std::uint8_t* stored,
           std::uint16_t plane, const RgbRows& rgb);
  Result<const TiffFile*> reader_of(std::uint16_t plane);
  [[nodiscard]] std::size_t samples_in(std::uint32_t pixels) const {
    return std::size_t{pixels} * (layout_.planes ? 1 : layout_.samples);
  }
  static Error strange_size();

  const TiffFile& file_;
  const TiffLayout& layout_;
  std::vector<TiffFile> others_;  // of the planes behind the first, if they are in strips
  std::uint32_t top_ = 0;         // the first row of the group that is read
  ByteVector block_;              // a row or a tile, as stored
  ByteVector samples_;            // of a row of the block, 8 bits each
  ByteVector together_;  // a group of rows of four colours, or of colours and their alpha, pixel by pixel
  TIFFRGBAImage rgba_{};
  bool rgba_begun_ = false;
  CountedVector<std::uint32_t> raster_;  // as libtiff converts a group
};

/// Sets how libtiff decodes this layout; once, before pixels are read.
void prepare_tiff(TiffFile& file, const TiffLayout& layout);

/// `structure` must come from inspect_tiff() of the same source. `bytes` as for TiffFile::open().
Result<Picture> decode_tiff(const ByteSource& source, PictureBytes bytes, const PictureStructure& structure,
                            const Limits& limits);

}  // namespace fcn::tools

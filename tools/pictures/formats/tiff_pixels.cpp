// SPDX-License-Identifier: MIT
// Beside the picture this holds a row of samples or of tiles, or all samples if they are in planes that must
// be combined first. tiff_structure.cpp predicts how much.
#include "tools/pictures/formats/tiff_pixels.hpp"

#include <algorithm>
#include <cstdint>
#include <string>

#include "fcn/base/memory_count.hpp"
#include "tools/pictures/formats/tiff_colours.hpp"
#include "tools/pictures/formats/tiff_file.hpp"
#include "tools/pictures/formats/tiff_layout.hpp"
#include "tools/shell/counted_memory.hpp"

namespace fcn::tools {
namespace {

class TiffPixels {
 public:
  TiffPixels(const TiffFile& file, const TiffLayout& layout, Picture& picture)
      : file_(file), layout_(layout), picture_(picture) {
    const std::size_t used = layout.used_samples();
    if (layout.planes && (used == 2 || used == 4))
      together_.resize(used * layout.width * std::size_t{layout.height});
  }

  Status read() {
    if (layout_.by_rgba()) return read_rgba();
    const auto planes = static_cast<std::uint16_t>(layout_.planes ? layout_.used_samples() : 1);
    for (std::uint16_t plane = 0; plane < planes; ++plane)
      if (Status done = layout_.tiled ? read_tiles(plane) : read_rows(plane); !done) return done;
    const std::size_t used = layout_.used_samples();
    for (int y = 0; y < picture_.height && !together_.empty(); ++y)
      tiff_pixels_to_rgb(together_.data() + used * layout_.width * static_cast<std::size_t>(y), used,
                         layout_.width, layout_, picture_.row(y));
    return {};
  }

 private:
  Status read_rows(std::uint16_t plane) {
    const std::uint64_t row_bytes = layout_.row_bytes(layout_.width);
    if (TIFFScanlineSize64(file_.handle()) != row_bytes) return strange_size();
    ByteVector row(static_cast<std::size_t>(row_bytes)), samples(samples_in(layout_.width));
    for (std::uint32_t y = 0; y < layout_.height; ++y) {
      if (TIFFReadScanline(file_.handle(), row.data(), y, plane) != 1 || file_.failed()) return file_.error();
      put(0, y, layout_.width, row.data(), plane, samples);
    }
    return {};
  }

  Status read_tiles(std::uint16_t plane) {
    const std::uint32_t wide = layout_.block_width, high = layout_.block_height;
    const std::uint64_t row_bytes = layout_.row_bytes(wide);
    if (TIFFTileSize64(file_.handle()) != row_bytes * high) return strange_size();
    ByteVector tile(static_cast<std::size_t>(row_bytes * high)), samples(samples_in(wide));
    for (std::uint32_t top = 0; top < layout_.height; top += high)
      for (std::uint32_t left = 0; left < layout_.width; left += wide) {
        if (TIFFReadTile(file_.handle(), tile.data(), left, top, 0, plane) < 0 || file_.failed())
          return file_.error();
        const std::uint32_t columns = std::min(wide, layout_.width - left);
        for (std::uint32_t y = 0; y < std::min(high, layout_.height - top); ++y)
          put(left, top + y, columns, tile.data() + row_bytes * y, plane, samples);
      }
    return {};
  }

  /// Rows of strips or tiles at a time as libtiff converts them.
  Status read_rgba() {
    char text[1024] = "";
    TIFFRGBAImage image;
    if (TIFFRGBAImageBegin(&image, file_.handle(), 1, text) != 1) {
      return Error{ErrorCode::malformed, "the TIFF cannot be decoded (" + std::string(text) + ")", ""};
    }
    image.req_orientation = image.orientation;  // as stored; turning it is a step of its own
    CountedVector<std::uint32_t> raster(std::size_t{layout_.width} *
                                        std::min(layout_.block_height, layout_.height));
    bool read = true;
    for (std::uint32_t top = 0; top < layout_.height && read; top += layout_.block_height) {
      const std::uint32_t rows = std::min(layout_.block_height, layout_.height - top);
      image.row_offset = static_cast<int>(top);
      read = TIFFRGBAImageGet(&image, raster.data(), layout_.width, rows) == 1 && !file_.failed();
      for (std::uint32_t y = 0; y < rows && read; ++y) {
        std::uint8_t* to = picture_.row(static_cast<int>(top + y));
        for (std::uint32_t x = 0; x < layout_.width; ++x, to += 3) {
          const std::uint32_t pixel = raster[std::size_t{y} * layout_.width + x];
          to[0] = static_cast<std::uint8_t>(TIFFGetR(pixel));
          to[1] = static_cast<std::uint8_t>(TIFFGetG(pixel));
          to[2] = static_cast<std::uint8_t>(TIFFGetB(pixel));
        }
      }
    }
    TIFFRGBAImageEnd(&image);
    return read ? Status() : file_.error();
  }

  /// Pixels side by side: to the picture at once, or into their plane.
  void put(std::uint32_t x, std::uint32_t y, std::uint32_t pixels, const std::uint8_t* stored,
           std::uint16_t plane, ByteVector& samples) {
    const std::size_t stride = layout_.planes ? 1 : layout_.samples;
    tiff_samples_to_8_bits(stored, pixels * stride, layout_, samples.data());
    std::uint8_t* const rgb = picture_.row(static_cast<int>(y)) + std::size_t{3} * x;
    const std::size_t used = layout_.used_samples();
    if (!layout_.planes || used == 1) {
      tiff_pixels_to_rgb(samples.data(), stride, pixels, layout_, rgb);
      return;
    }
    std::uint8_t* to =
        together_.empty() ? rgb : together_.data() + used * (std::size_t{y} * layout_.width + x);
    to += plane;
    for (std::uint32_t i = 0; i < pixels; ++i, to += used) *to = samples[i];
  }

  [[nodiscard]] std::size_t samples_in(std::uint32_t pixels) const {
    return std::size_t{pixels} * (layout_.planes ? 1 : layout_.samples);
  }

  static Error strange_size() {
    return {ErrorCode::unsupported, "the TIFF's rows are stored in a way that is not read", ""};
  }

  const TiffFile& file_;
  const TiffLayout& layout_;
  Picture& picture_;
  ByteVector together_;  // planes of four colours, or of colours and their alpha, pixel by pixel
};

}  // namespace

Result<Picture> decode_tiff(PictureBytes bytes, const PictureStructure& structure, const Limits& limits) {
  const CountedBytes library(static_cast<std::size_t>(structure.library_bytes));
  auto file = TiffFile::open(bytes);
  if (!file) return file.error();
  const auto layout = tiff_layout(*file);
  if (!layout) return layout.error();
  auto picture = make_picture(static_cast<int>(structure.width), static_cast<int>(structure.height), limits);
  if (!picture) return picture;
  if (layout->compression == COMPRESSION_JPEG) {
    TIFFSetField(file->handle(), TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
    file->distrust("JPEGLib");  // libjpeg fills what a damaged picture lacks with grey, and only warns
  }
  if (Status read = TiffPixels(*file, *layout, *picture).read(); !read) return read.error();
  return picture;
}

}  // namespace fcn::tools

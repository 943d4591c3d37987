// SPDX-License-Identifier: MIT
// Beside its target this holds a row of samples or of tiles, of planes that must be combined first as many.
// tiff_structure.cpp predicts how much.
#include "tools/pictures/formats/tiff_pixels.hpp"

#include <algorithm>
#include <cstdint>
#include <string>

#include "fcn/base/memory_count.hpp"
#include "tools/pictures/formats/tiff_colours.hpp"

namespace fcn::tools {

TiffPixels::TiffPixels(const TiffFile& file, const TiffLayout& layout) : file_(file), layout_(layout) {
  if (layout.joins_planes())
    together_.resize(std::size_t{layout.used_planes()} * layout.width *
                     std::min(layout.group_rows(), layout.height));
}

TiffPixels::~TiffPixels() {
  if (rgba_begun_) TIFFRGBAImageEnd(&rgba_);
}

Status TiffPixels::read_all(const RgbRows& rgb) {
  for (std::uint32_t top = 0; top < layout_.height; top += layout_.group_rows())
    if (Status done = read_group(top, rgb); !done) return done;
  return {};
}

Status TiffPixels::read_group(std::uint32_t top, const RgbRows& rgb) {
  if (layout_.by_rgba()) return read_rgba(top, rgb);
  top_ = top;
  for (std::uint16_t plane = 0; plane < layout_.used_planes(); ++plane)
    if (Status done = layout_.tiled ? read_tiles(top, rgb, plane) : read_row(top, rgb, plane); !done)
      return done;
  if (together_.empty()) return {};
  const std::size_t used = layout_.used_planes();
  const std::uint32_t end = std::min(top + layout_.group_rows(), layout_.height);
  for (std::uint32_t y = top; y < end; ++y)
    tiff_pixels_to_rgb(together_.data() + used * layout_.width * std::size_t{y - top}, used, layout_.width,
                       layout_, rgb.row(y));
  return {};
}

/// libtiff decodes a strip from its top whenever another one was read in between: each plane has its own.
Result<const TiffFile*> TiffPixels::reader_of(std::uint16_t plane) {
  while (others_.size() < plane) {
    auto other = file_.again();
    if (!other) return other.error();
    prepare_tiff(*other, layout_);
    others_.push_back(*std::move(other));
  }
  return plane == 0 ? &file_ : &others_[plane - 1u];
}

Status TiffPixels::read_row(std::uint32_t y, const RgbRows& rgb, std::uint16_t plane) {
  const std::uint64_t row_bytes = layout_.row_bytes(layout_.width);
  const auto reader = reader_of(plane);
  if (!reader) return reader.error();
  const TiffFile& file = **reader;
  if (TIFFScanlineSize64(file.handle()) != row_bytes) return strange_size();
  block_.resize(static_cast<std::size_t>(row_bytes));
  samples_.resize(samples_in(layout_.width));
  if (TIFFReadScanline(file.handle(), block_.data(), y, plane) != 1 || file.failed()) return file.error();
  put(0, y, layout_.width, block_.data(), plane, rgb);
  return {};
}

Status TiffPixels::read_tiles(std::uint32_t top, const RgbRows& rgb, std::uint16_t plane) {
  const std::uint32_t wide = layout_.block_width, high = layout_.block_height;
  const std::uint64_t row_bytes = layout_.row_bytes(wide);
  if (TIFFTileSize64(file_.handle()) != row_bytes * high) return strange_size();
  block_.resize(static_cast<std::size_t>(row_bytes * high));
  samples_.resize(samples_in(wide));
  for (std::uint32_t left = 0; left < layout_.width; left += wide) {
    if (TIFFReadTile(file_.handle(), block_.data(), left, top, 0, plane) < 0 || file_.failed())
      return file_.error();
    const std::uint32_t columns = std::min(wide, layout_.width - left);
    for (std::uint32_t y = 0; y < std::min(high, layout_.height - top); ++y)
      put(left, top + y, columns, block_.data() + row_bytes * y, plane, rgb);
  }
  return {};
}

/// As libtiff converts them, whole strips or rows of tiles at a time.
Status TiffPixels::read_rgba(std::uint32_t top, const RgbRows& rgb) {
  if (!rgba_begun_) {
    char text[1024] = "";
    if (TIFFRGBAImageBegin(&rgba_, file_.handle(), 1, text) != 1)
      return Error{ErrorCode::malformed, "the TIFF cannot be decoded (" + std::string(text) + ")", ""};
    rgba_begun_ = true;
    rgba_.req_orientation = rgba_.orientation;  // as stored; turning it is a step of its own
    raster_.resize(std::size_t{layout_.width} * std::min(layout_.block_height, layout_.height));
  }
  const std::uint32_t rows = std::min(layout_.block_height, layout_.height - top);
  rgba_.row_offset = static_cast<int>(top);
  if (TIFFRGBAImageGet(&rgba_, raster_.data(), layout_.width, rows) != 1 || file_.failed())
    return file_.error();
  for (std::uint32_t y = 0; y < rows; ++y) {
    std::uint8_t* to = rgb.row(top + y);
    for (std::uint32_t x = 0; x < layout_.width; ++x, to += 3) {
      const std::uint32_t pixel = raster_[std::size_t{y} * layout_.width + x];
      to[0] = static_cast<std::uint8_t>(TIFFGetR(pixel));
      to[1] = static_cast<std::uint8_t>(TIFFGetG(pixel));
      to[2] = static_cast<std::uint8_t>(TIFFGetB(pixel));
    }
  }
  return {};
}

/// Pixels side by side: to their target at once, or into their plane.
void TiffPixels::put(std::uint32_t x, std::uint32_t y, std::uint32_t pixels, const std::uint8_t* stored,
                     std::uint16_t plane, const RgbRows& rgb) {
  const std::size_t stride = layout_.planes ? 1 : layout_.samples;
  tiff_samples_to_8_bits(stored, pixels * stride, layout_, samples_.data());
  std::uint8_t* const target = rgb.row(y) + std::size_t{3} * x;
  const std::size_t used = layout_.used_samples();
  if (layout_.used_planes() == 1) {
    tiff_pixels_to_rgb(samples_.data(), stride, pixels, layout_, target);
    return;
  }
  std::uint8_t* to =
      together_.empty() ? target : together_.data() + used * (std::size_t{y - top_} * layout_.width + x);
  to += plane;
  for (std::uint32_t i = 0; i < pixels; ++i, to += used) *to = samples_[i];
}

Error TiffPixels::strange_size() {
  return {ErrorCode::unsupported, "the TIFF's rows are stored in a way that is not read", ""};
}

void prepare_tiff(TiffFile& file, const TiffLayout& layout) {
  if (layout.compression != COMPRESSION_JPEG) return;
  TIFFSetField(file.handle(), TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
  file.distrust("JPEGLib");  // libjpeg fills what a damaged picture lacks with grey, and only warns
}

Result<Picture> decode_tiff(const ByteSource& source, PictureBytes bytes, const PictureStructure& structure,
                            const Limits& limits) {
  const CountedBytes library(static_cast<std::size_t>(structure.library_bytes));
  auto file = TiffFile::open(source, bytes, structure.page.page);
  if (!file) return file.error();
  const auto layout = tiff_layout(*file);
  if (!layout) return layout.error();
  auto picture = make_picture(static_cast<int>(structure.width), static_cast<int>(structure.height), limits);
  if (!picture) return picture;
  prepare_tiff(*file, *layout);
  TiffPixels pixels(*file, *layout);
  if (Status read = pixels.read_all({picture->rgb.get(), 0, picture->row_bytes()}); !read)
    return read.error();
  return picture;
}

}  // namespace fcn::tools

// SPDX-License-Identifier: MIT
// A page of a TIFF file: its size, how its pixels are stored, and what decoding them will hold.
#include <algorithm>
#include <span>
#include <string>

#include "tools/pictures/formats/picture_structure.hpp"
#include "tools/pictures/formats/tiff_file.hpp"
#include "tools/pictures/formats/tiff_layout.hpp"
#include "tools/pictures/geo/tiff_georeference.hpp"
#include "tools/pictures/picture.hpp"
#include "tools/shell/byte_cursor.hpp"
#include "tools/shell/counted_memory.hpp"

namespace fcn::tools {
namespace {

/// Tiles may reach beyond the picture; one that does so much more than usual only costs memory.
Status check_blocks(const TiffLayout& layout) {
  static constexpr std::uint32_t kLargestUsual = 1024;
  if (layout.block_width == 0 || layout.block_height == 0)
    return Error{ErrorCode::malformed, "the TIFF has empty strips or tiles", ""};
  const auto sane = [](std::uint32_t block, std::uint32_t side) {
    return block <= std::max(kLargestUsual, (side + 15) / 16 * 16);
  };
  if (sane(layout.block_width, layout.width) && sane(layout.block_height, layout.height)) return {};
  return Error{ErrorCode::limit_exceeded,
               "the TIFF has tiles of " + std::to_string(layout.block_width) + "x" +
                   std::to_string(layout.block_height) + " pixels, much larger than the picture",
               ""};
}

/// Whether all of a strip's colours come in one scan, from top to bottom: such data is decoded row by row.
/// For any other libjpeg holds the coefficients of a whole strip, and passes over it once a scan.
bool is_sequential(PictureBytes jpeg) {
  constexpr std::uint8_t kStartOfImage = 0xd8, kStartOfScan = 0xda, kBaseline = 0xc0, kExtended = 0xc1;
  ByteCursor cursor(jpeg);
  unsigned colours = 0;
  for (;;) {
    std::uint8_t byte = cursor.u8();
    while (cursor.ok() && byte != 0xff) byte = cursor.u8();
    while (cursor.ok() && byte == 0xff) byte = cursor.u8();
    if (!cursor.ok()) return true;  // libjpeg reports what is wrong with it
    if (byte == kStartOfImage || byte == 0) continue;
    const std::uint16_t length = cursor.be16();
    const PictureBytes body = cursor.take(length < 2 ? 0u : length - 2u);
    if (byte == kStartOfScan) return body.empty() || body[0] == colours;
    const bool frame = byte >= 0xc0 && byte <= 0xcf && byte != 0xc4 && byte != 0xc8 && byte != 0xcc;
    if (!frame) continue;
    if (byte != kBaseline && byte != kExtended) return false;
    colours = body.size() > 5 ? body[5] : 0;
  }
}

std::uint32_t block_count(const TiffFile& file, const TiffLayout& layout) {
  return layout.tiled ? TIFFNumberOfTiles(file.handle()) : TIFFNumberOfStrips(file.handle());
}

Error unusual_jpeg() {
  return {ErrorCode::unsupported,
          "TIFF is compressed by a progressive or otherwise unusual JPEG; convert it to PNG first", ""};
}

Status check_jpeg(const TiffFile& file, const TiffLayout& layout) {
  constexpr std::uint64_t kLargestJpeg = 64 << 20;
  const std::uint32_t blocks = block_count(file, layout);
  ByteVector jpeg;
  for (std::uint32_t i = 0; i < blocks; ++i) {
    int failed = 0;
    const std::uint64_t at = TIFFGetStrileOffsetWithErr(file.handle(), i, &failed);
    const std::uint64_t size = TIFFGetStrileByteCountWithErr(file.handle(), i, &failed);
    if (failed != 0) return file.error();
    const std::uint64_t file_bytes = file.source().size();
    if (at >= file_bytes || size > file_bytes - at) continue;
    if (size > kLargestJpeg) return unusual_jpeg();
    jpeg.resize(static_cast<std::size_t>(size));
    if (Status read = file.source().read(at, std::as_writable_bytes(std::span(jpeg))); !read) return read;
    if (!is_sequential(jpeg)) return unusual_jpeg();
  }
  return {};
}

/// libtiff 4.5 with its codecs: their states, tables of where strips begin, and buffers of a row.
std::uint64_t library_bytes(const TiffFile& file, const TiffLayout& layout, std::uint64_t file_bytes) {
  constexpr std::uint64_t kStateBytes = 320 << 10, kBlockBytes = 40;
  constexpr std::uint64_t kFaxRowBytes = 40, kJpegRowBytes = 128;
  std::uint64_t bytes = kStateBytes + kBlockBytes * block_count(file, layout);
  if (layout.compression == COMPRESSION_JPEG) bytes += kJpegRowBytes * layout.block_width;
  if (layout.bits == 1) bytes += kFaxRowBytes * layout.block_width;
  if (layout.reversed_bits) bytes += file_bytes;  // at most: the largest strip, copied to be reversed
  if (layout.by_rgba()) bytes += 3ull * (layout.block_width + 3) * (layout.block_height + 3);
  return bytes;
}

/// libtiff's own copy of a strip or tile, which it takes if the file is not in memory.
std::uint64_t largest_block(const TiffFile& file, const TiffLayout& layout) {
  std::uint64_t largest = 0;
  for (std::uint32_t i = 0; i < block_count(file, layout); ++i) {
    int failed = 0;
    largest = std::max<std::uint64_t>(largest, TIFFGetStrileByteCountWithErr(file.handle(), i, &failed));
  }
  return std::min(largest, file.source().size());
}

/// What tiff_pixels.cpp holds beside the picture.
std::uint64_t scratch_bytes(const TiffLayout& layout) {
  if (layout.by_rgba()) return 4ull * layout.width * std::min(layout.block_height, layout.height);
  const std::uint64_t stored =
      layout.row_bytes(layout.block_width) * (layout.tiled ? layout.block_height : 1);
  const std::uint64_t row = std::uint64_t{layout.block_width} * (layout.planes ? 1 : layout.samples);
  const std::uint64_t group = std::min(layout.group_rows(), layout.height);
  return stored + row + (layout.joins_planes() ? layout.used_planes() * group * layout.width : 0);
}

/// A smaller copy, in a SubIFD or marked as one, lies where its page does: GDAL writes the tags once.
std::optional<Result<Georeference>> inherited_georeference(const TiffFile& copy, const ByteSource& source,
                                                           PictureBytes bytes, const PicturePage& page) {
  const bool reduced = (copy.field<std::uint32_t>(TIFFTAG_SUBFILETYPE) & FILETYPE_REDUCEDIMAGE) != 0;
  if (page.is_first() || (page.copy == 0 && !reduced)) return std::nullopt;
  const auto full = TiffFile::open(source, bytes, {page.copy != 0 ? page.number : 1});
  if (!full) return std::nullopt;
  const auto georeference = tiff_georeference(*full);
  if (!georeference || !*georeference) return georeference;
  const auto width = full->field<std::uint32_t>(TIFFTAG_IMAGEWIDTH);
  const auto height = full->field<std::uint32_t>(TIFFTAG_IMAGELENGTH);
  if (width == 0 || height == 0) return std::nullopt;
  const auto across = static_cast<double>(copy.field<std::uint32_t>(TIFFTAG_IMAGEWIDTH)) / width;
  const auto down = static_cast<double>(copy.field<std::uint32_t>(TIFFTAG_IMAGELENGTH)) / height;
  return with_more_pixels(**georeference, across, down);
}

}  // namespace

Result<PictureStructure> inspect_tiff(const ByteSource& source, PictureBytes bytes, const Limits& limits,
                                      const std::optional<PicturePage>& page) {
  const auto file = TiffFile::open(source, bytes, page.value_or(PicturePage()));
  if (!file) return file.error();
  PictureStructure found;
  if (page) found.page = file->choice();
  found.width = file->field<std::uint32_t>(TIFFTAG_IMAGEWIDTH);
  found.height = file->field<std::uint32_t>(TIFFTAG_IMAGELENGTH);
  if (Status size = check_picture_size(found.width, found.height, limits); !size) return size.error();
  const auto layout = tiff_layout(*file);
  if (!layout) return layout.error();
  if (Status blocks = check_blocks(*layout); !blocks) return blocks.error();
  if (layout->compression == COMPRESSION_JPEG)
    if (Status jpeg = check_jpeg(*file, *layout); !jpeg) return jpeg.error();
  found.orientation = layout->orientation;
  found.georeference = tiff_georeference(*file);
  if (page && !found.georeference) found.georeference = inherited_georeference(*file, source, bytes, *page);
  found.library_bytes = layout->readers() * library_bytes(*file, *layout, source.size());
  found.decoder_bytes = 3ull * found.width * found.height + scratch_bytes(*layout) + found.library_bytes;
  found.row_library_bytes =
      found.library_bytes + (bytes.empty() ? layout->readers() * largest_block(*file, *layout) : 0);
  found.row_decoder_bytes = scratch_bytes(*layout) + found.row_library_bytes +
                            3ull * found.width * std::min(layout->group_rows(), found.height);
  return found;
}

}  // namespace fcn::tools

// SPDX-License-Identifier: MIT
// The only file that names giflib. It reads through a callback that ends where the file does, and is asked
// for one line at a time: its own structures are of a fixed size.
#include "tools/pictures/formats/gif_pixels.hpp"

#include <gif_lib.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "fcn/base/memory_count.hpp"
#include "tools/shell/counted_memory.hpp"

namespace fcn::tools {
namespace {

/// giflib 5.2's state (LZW tables of 24 KB) with two colour tables, rounded up.
constexpr std::uint64_t kLibraryBytes = 64 << 10;

using Palette = std::array<std::array<std::uint8_t, 3>, 256>;

struct Close {
  void operator()(GifFileType* gif) const { DGifCloseFile(gif, nullptr); }
};
using GifFile = std::unique_ptr<GifFileType, Close>;

int read_bytes(GifFileType* gif, GifByteType* to, int count) {
  auto& rest = *static_cast<PictureBytes*>(gif->UserData);
  const std::size_t taken =
      std::min<std::size_t>(rest.size(), count < 0 ? 0 : static_cast<std::size_t>(count));
  std::copy_n(rest.begin(), taken, to);
  rest = rest.subspan(taken);
  return static_cast<int>(taken);
}

Error gif_library_error(int code) {
  if (code == D_GIF_ERR_NOT_ENOUGH_MEM)
    return {ErrorCode::out_of_memory, "no memory to decode the picture", ""};
  if (code == D_GIF_ERR_READ_FAILED || code == D_GIF_ERR_EOF_TOO_SOON)
    return {ErrorCode::truncated, "GIF ends within its first picture", ""};
  const char* const text = GifErrorString(code);
  return {ErrorCode::malformed,
          "the picture cannot be decoded (" + std::string(text != nullptr ? text : "unknown reason") + ")",
          ""};
}

/// Passes over extensions to the first picture, and reads its place and colours.
Status find_picture(GifFileType& gif) {
  for (;;) {
    GifRecordType kind = UNDEFINED_RECORD_TYPE;
    if (DGifGetRecordType(&gif, &kind) != GIF_OK) return gif_library_error(gif.Error);
    if (kind == IMAGE_DESC_RECORD_TYPE)
      return DGifGetImageDesc(&gif) == GIF_OK ? Status() : gif_library_error(gif.Error);
    if (kind != EXTENSION_RECORD_TYPE) return Error{ErrorCode::malformed, "GIF ends without a picture", ""};
    int label = 0;
    GifByteType* block = nullptr;
    int read = DGifGetExtension(&gif, &label, &block);
    while (read == GIF_OK && block != nullptr) read = DGifGetExtensionNext(&gif, &block);
    if (read != GIF_OK) return gif_library_error(gif.Error);
  }
}

/// The picture's own table or the file's. An index beyond it, or without any, is a grey.
Palette palette_of(const GifFileType& gif) {
  Palette palette;
  for (std::size_t i = 0; i < palette.size(); ++i) palette[i].fill(static_cast<std::uint8_t>(i));
  const ColorMapObject* const map = gif.Image.ColorMap != nullptr ? gif.Image.ColorMap : gif.SColorMap;
  const std::size_t colours = map != nullptr ? static_cast<std::size_t>(map->ColorCount) : 0;
  for (std::size_t i = 0; i < std::min(colours, palette.size()); ++i)
    palette[i] = {map->Colors[i].Red, map->Colors[i].Green, map->Colors[i].Blue};
  return palette;
}

void fill(Picture& picture, const std::array<std::uint8_t, 3>& colour) {
  for (int x = 0; x < picture.width; ++x) std::copy(colour.begin(), colour.end(), picture.row(0) + 3 * x);
  for (int y = 1; y < picture.height; ++y) std::copy_n(picture.row(0), picture.row_bytes(), picture.row(y));
}

/// The row of a frame that its line with this number shows: interlaced ones come in four passes.
class RowOrder {
 public:
  RowOrder(int height, bool interlaced) : height_(height), interlaced_(interlaced) {}
  int next() {
    if (!interlaced_) return row_++;
    while (row_ >= height_) row_ = kFirst[++pass_];
    const int row = row_;
    row_ += kStep[pass_];
    return row;
  }

 private:
  static constexpr int kFirst[] = {0, 4, 2, 1};
  static constexpr int kStep[] = {8, 8, 4, 2};
  int height_;
  bool interlaced_;
  std::size_t pass_ = 0;
  int row_ = 0;
};

Status read_lines(GifFileType& gif, const PictureStructure& structure, const Palette& palette,
                  Picture& picture) {
  const PictureStructure::Frame& frame = structure.frame;
  ByteVector line(frame.width);
  RowOrder order(static_cast<int>(frame.height), gif.Image.Interlace);
  for (std::uint32_t i = 0; i < frame.height; ++i) {
    if (DGifGetLine(&gif, line.data(), static_cast<int>(frame.width)) != GIF_OK)
      return gif_library_error(gif.Error);
    std::uint8_t* to = picture.row(static_cast<int>(frame.top) + order.next()) + std::size_t{3} * frame.left;
    for (const std::uint8_t index : line) to = std::copy(palette[index].begin(), palette[index].end(), to);
  }
  return {};
}

}  // namespace

void add_gif_memory(PictureStructure& found) {
  found.library_bytes = kLibraryBytes;
  found.decoder_bytes = 3ull * found.width * found.height + found.frame.width + found.library_bytes;
}

Result<Picture> decode_gif(PictureBytes bytes, const PictureStructure& structure, const Limits& limits) {
  const CountedBytes library(static_cast<std::size_t>(structure.library_bytes));
  int failed = 0;
  PictureBytes rest = bytes;
  const GifFile gif(DGifOpen(&rest, read_bytes, &failed));
  if (!gif) return gif_library_error(failed);
  if (Status found = find_picture(*gif); !found) return found.error();
  const GifImageDesc& place = gif->Image;
  const PictureStructure::Frame& frame = structure.frame;
  if (place.Left != static_cast<int>(frame.left) || place.Top != static_cast<int>(frame.top) ||
      place.Width != static_cast<int>(frame.width) || place.Height != static_cast<int>(frame.height))
    return Error{ErrorCode::malformed, "the picture announces two different positions of its frame", ""};
  auto picture = make_picture(static_cast<int>(structure.width), static_cast<int>(structure.height), limits);
  if (!picture) return picture;
  const Palette palette = palette_of(*gif);
  fill(*picture, palette[structure.clear_colour.value_or(0)]);
  if (Status read = read_lines(*gif, structure, palette, *picture); !read) return read.error();
  return picture;
}

}  // namespace fcn::tools

// SPDX-License-Identifier: MIT
// The only file that names stb_image, and the one that chooses the decoder of a format. stb_image decodes
// JPEG and PNG behind three guards: the structure of the file has been checked (picture_structure.hpp);
// its allocator counts, has a budget derived from the header and returns zeroed memory (2.27 reads memory it
// never wrote when a JPEG leaves out scans or tables), and this file is compiled with -fwrapv (its arithmetic
// overflows on hostile coefficients).
#include "tools/pictures/image_io.hpp"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <new>
#include <string_view>
#include <utility>

#include "tools/pictures/decoder_memory.hpp"
#include "tools/pictures/formats/exif.hpp"
#include "tools/pictures/formats/gif_pixels.hpp"
#include "tools/pictures/formats/pnm.hpp"
#include "tools/pictures/formats/tiff_pixels.hpp"
#include "tools/pictures/formats/webp_pixels.hpp"
#include "tools/pictures/found_libraries.hpp"
#include "tools/pictures/picture_patch.hpp"
#include "tools/pictures/rows/row_decoder.hpp"
#include "tools/shell/counted_memory.hpp"

namespace fcn::tools {
namespace {

/// What stb_image may hold at one time on this thread.
struct DecodeBudget {
  std::size_t limit = 0;
  std::size_t used = 0;
  bool exceeded = false;
};
thread_local DecodeBudget decode_budget;

bool within_budget(std::size_t more) {
  if (more <= decode_budget.limit - decode_budget.used) return true;
  decode_budget.exceeded = true;
  return false;
}

void* decoder_malloc(std::size_t bytes) {
  void* const memory = within_budget(bytes) ? counted_malloc(bytes) : nullptr;
  decode_budget.used += counted_size(memory);
  return memory;
}

void decoder_free(void* memory) {
  decode_budget.used -= counted_size(memory);
  counted_free(memory);
}

void* decoder_realloc(void* memory, std::size_t bytes) {
  const std::size_t before = counted_size(memory);
  if (bytes > before && !within_budget(bytes - before)) return nullptr;
  void* const moved = counted_realloc(memory, bytes);
  if (moved != nullptr) decode_budget.used = decode_budget.used - before + bytes;
  return moved;
}

}  // namespace
}  // namespace fcn::tools

#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_ONLY_JPEG
#define STBI_ONLY_PNG
#define STBI_NO_STDIO
#define STBI_NO_LINEAR
#define STBI_NO_HDR
#define STBI_MAX_DIMENSIONS 65535
#define STBI_ASSERT(condition) static_cast<void>(0)
#define STBI_MALLOC(bytes) fcn::tools::decoder_malloc(bytes)
#define STBI_REALLOC(memory, bytes) fcn::tools::decoder_realloc(memory, bytes)
#define STBI_FREE(memory) fcn::tools::decoder_free(memory)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#include <stb/stb_image.h>
#pragma GCC diagnostic pop

namespace fcn::tools {
namespace {

/// The most that stb_image may hold. Without a limit from the caller it exceeds the need of honest files
/// (PictureStructure::decoder_bytes): pictures whose compressed data continues after their last row still
/// decode, bombs do not.
std::size_t decode_limit(const PictureStructure& structure, std::size_t max_bytes) {
  constexpr std::uint64_t kTolerance = 3;
  return static_cast<std::size_t>(std::min<std::uint64_t>(kTolerance * structure.decoder_bytes, max_bytes));
}

Error decoder_error() {
  if (decode_budget.exceeded)
    return {ErrorCode::malformed, "the compressed data holds far more than the picture's size allows", ""};
  const char* const reason = stbi_failure_reason();
  const std::string_view text = reason != nullptr ? reason : "unknown reason";
  if (text == "outofmem") return {ErrorCode::out_of_memory, "no memory to decode the picture", ""};
  return {ErrorCode::malformed, "the picture cannot be decoded (" + std::string(text) + ")", ""};
}

Result<Picture> decode_with_stb(PictureBytes bytes, const PictureStructure& structure,
                                std::size_t max_bytes) {
  ByteVector copy;
  if (patched_bytes(bytes.size(), structure) != 0) {
    copy = patched(bytes, structure);
    bytes = copy;
  }
  if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
    return Error{ErrorCode::limit_exceeded, "the file is larger than 2 GB", ""};
  const int size = static_cast<int>(bytes.size());
  decode_budget = {decode_limit(structure, max_bytes), 0, false};
  int width = 0;
  int height = 0;
  int channels = 0;
  if (stbi_info_from_memory(bytes.data(), size, &width, &height, &channels) == 0) return decoder_error();
  if (static_cast<std::uint32_t>(width) != structure.width ||
      static_cast<std::uint32_t>(std::abs(height)) != structure.height)
    return Error{ErrorCode::malformed, "the picture announces two different sizes", ""};
  Picture picture;
  picture.rgb.reset(stbi_load_from_memory(bytes.data(), size, &picture.width, &picture.height, &channels, 3));
  if (picture.rgb) return picture;
  return decoder_error();
}

}  // namespace

std::size_t jpeg_state_bytes() {
  return sizeof(stbi__jpeg);
}

namespace {

Result<Picture> decode_all_rows(const PictureFile& file, const Limits& limits) {
  auto picture = make_picture(static_cast<int>(file.structure().width),
                              static_cast<int>(file.structure().height), limits);
  if (!picture) return picture;
  auto rows = decode_rows(file);
  if (!rows) return rows.error();
  for (int y = 0; y < picture->height; ++y)
    if (Status read = (*rows)->next(picture->row(y)); !read) return read.error();
  return picture;
}

/// Decodes by the library of the format. Libraries other than stb_image hold what was predicted, which is
/// compared with the budget beforehand.
Result<Picture> decode_as_stored(const PictureFile& file, const DecodeOptions& options) {
  const PictureStructure& structure = file.structure();
  const bool foretold = file.format() == PictureFormat::bmp || file.format() == PictureFormat::gif ||
                        file.format() == PictureFormat::tiff || file.format() == PictureFormat::webp ||
                        (kHasLibjpeg && file.format() == PictureFormat::jpeg);
  if (foretold && structure.decoder_bytes > options.max_bytes)
    return Error{ErrorCode::out_of_memory,
                 "decoding takes " + std::to_string(structure.decoder_bytes) + " bytes, " +
                     std::to_string(options.max_bytes) + " are allowed",
                 ""};
  if (file.format() == PictureFormat::bmp) return decode_all_rows(file, options.limits);
  if constexpr (kHasLibjpeg)
    if (file.format() == PictureFormat::jpeg) return decode_all_rows(file, options.limits);
  if constexpr (kReadsGif)
    if (file.format() == PictureFormat::gif) return decode_gif(file.bytes(), structure, options.limits);
  if constexpr (kReadsTiff)
    if (file.format() == PictureFormat::tiff)
      return decode_tiff(file.source(), file.bytes(), structure, options.limits);
  if constexpr (kReadsWebp)
    if (file.format() == PictureFormat::webp) return decode_webp(file.bytes(), structure, options.limits);
  return decode_with_stb(file.bytes(), structure, options.max_bytes);
}

}  // namespace

Result<Picture> decode_picture(PictureFile file, const DecodeOptions& options) {
  try {
    const PictureStructure structure = file.structure();
    if (file.format() == PictureFormat::pnm) return decode_pnm(file.source(), structure, options.limits);
    auto picture = decode_as_stored(file, options);
    if (!picture || !options.apply_exif) return picture;
    { const PictureFile done = std::move(file); }  // two pictures are enough to hold while one is turned
    return apply_orientation(*std::move(picture), structure.orientation, options.limits);
  } catch (const std::bad_alloc&) {
    return Error{ErrorCode::out_of_memory, "no memory to decode the picture", ""};
  }
}

Result<Picture> decode_picture(PictureBytes bytes, const DecodeOptions& options) {
  auto file = PictureFile::from_memory(bytes, options.limits);
  if (!file) return file.error();
  return decode_picture(*std::move(file), options);
}

}  // namespace fcn::tools

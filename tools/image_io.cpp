// SPDX-License-Identifier: MIT
// The only file that names stb_image. It decodes JPEG, PNG and BMP behind three guards: the structure of the
// file has been checked (picture_structure.hpp), its allocator has a budget derived from the announced size
// and hands out zeroed memory (2.27 reads memory it never wrote when a JPEG leaves out scans or tables), and
// this file is compiled with -fwrapv (its arithmetic overflows on hostile coefficients).
#include "tools/image_io.hpp"

#include <fcntl.h>
#include <malloc.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <limits>
#include <new>
#include <string_view>
#include <system_error>
#include <utility>

#include "tools/exif.hpp"
#include "tools/pnm.hpp"

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
  if (more <= decode_budget.limit - std::min(decode_budget.used, decode_budget.limit)) return true;
  decode_budget.exceeded = true;
  return false;
}

void* decoder_malloc(std::size_t bytes) {
  if (!within_budget(bytes)) return nullptr;
  void* const memory = std::calloc(1, bytes);
  if (memory != nullptr) decode_budget.used += ::malloc_usable_size(memory);
  return memory;
}

void decoder_free(void* memory) {
  if (memory != nullptr) decode_budget.used -= ::malloc_usable_size(memory);
  std::free(memory);
}

void* decoder_realloc(void* memory, std::size_t bytes) {
  const std::size_t before = memory != nullptr ? ::malloc_usable_size(memory) : 0;
  if (bytes > before && !within_budget(bytes - before)) return nullptr;
  void* const moved = std::realloc(memory, bytes);
  if (moved != nullptr) decode_budget.used = decode_budget.used - before + ::malloc_usable_size(moved);
  return moved;
}

}  // namespace
}  // namespace fcn::tools

#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_ONLY_JPEG
#define STBI_ONLY_PNG
#define STBI_ONLY_BMP
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

/// The most stb_image has in memory at a time for an honest file. Per pixel: 4 components of 16-bit
/// coefficients, their samples and the result for JPEG; inflated and unfiltered 16-bit RGBA and its 8-bit
/// copy for PNG; 40 bytes cover each. The sides are padded to whole blocks of JPEG's largest (32 x 32). The
/// compressed data is held twice while its buffer grows by doubling.
std::size_t decode_memory(const PictureStructure& structure, std::size_t file_bytes) {
  const std::uint64_t padded = (std::uint64_t{structure.width} + 32) * (std::uint64_t{structure.height} + 32);
  return static_cast<std::size_t>(40 * padded + 4 * std::uint64_t{file_bytes} + (1u << 20));
}

/// stb_image fills a palette only as far as the file does, and a pixel may name a colour beyond: the missing
/// ones are appended here as black, which is what other decoders show.
std::vector<std::uint8_t> with_full_palette(PictureBytes bytes, const PictureStructure& structure) {
  const std::size_t colours_at = structure.palette_at + 8;
  const std::size_t colours_end = colours_at + 3 * structure.palette_colours;
  std::vector<std::uint8_t> full;
  full.reserve(bytes.size() + 768);
  const auto append = [&full](PictureBytes part) { full.insert(full.end(), part.begin(), part.end()); };
  append(bytes.first(structure.palette_at));
  constexpr std::uint8_t kHeader[] = {0, 0, 3, 0, 'P', 'L', 'T', 'E'};  // 768 bytes
  append(kHeader);
  append(bytes.subspan(colours_at, colours_end - colours_at));
  full.resize(full.size() + 768 - 3 * structure.palette_colours, 0);
  append(bytes.subspan(colours_end));  // its checksum no longer matches, and the decoder does not look at it
  return full;
}

Error decoder_error() {
  if (decode_budget.exceeded)
    return {ErrorCode::malformed, "the compressed data holds far more than the picture's size allows", ""};
  const char* const reason = stbi_failure_reason();
  const std::string_view text = reason != nullptr ? reason : "unknown reason";
  if (text == "outofmem") return {ErrorCode::out_of_memory, "no memory to decode the picture", ""};
  return {ErrorCode::malformed, "the picture cannot be decoded (" + std::string(text) + ")", ""};
}

Result<Picture> decode_with_stb(PictureBytes bytes, const PictureStructure& structure) {
  std::vector<std::uint8_t> patched;
  if (structure.palette_colours != 0 && structure.palette_colours < 256) {
    patched = with_full_palette(bytes, structure);
    bytes = patched;
  }
  if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
    return Error{ErrorCode::limit_exceeded, "the file is larger than 2 GB", ""};
  const int size = static_cast<int>(bytes.size());
  decode_budget = {decode_memory(structure, bytes.size()), 0, false};
  int width = 0;
  int height = 0;
  int channels = 0;
  if (stbi_info_from_memory(bytes.data(), size, &width, &height, &channels) == 0) return decoder_error();
  if (static_cast<std::uint32_t>(width) != structure.width ||
      static_cast<std::uint32_t>(std::abs(height)) != structure.height)
    return Error{ErrorCode::malformed, "the picture announces two different sizes", ""};
  Picture picture;
  picture.rgb.reset(stbi_load_from_memory(bytes.data(), size, &picture.width, &picture.height, &channels, 3));
  if (!picture.rgb) return decoder_error();
  return picture;
}

Result<Picture> decode_upright(PictureBytes bytes, Result<PictureStructure> structure,
                               const DecodeOptions& options) {
  if (!structure) return structure.error();
  auto picture = decode_with_stb(bytes, *structure);
  if (!picture || !options.apply_exif) return picture;
  return apply_orientation(*std::move(picture), structure->orientation, options.limits);
}

Error file_error(const char* doing, int error_number, const std::string& path) {
  return {ErrorCode::io,
          std::string("cannot ") + doing + ": " + std::generic_category().message(error_number), path};
}

/// Reads to the end, in steps, because the size that a pipe or a growing file states is not to be relied on.
Result<std::vector<std::uint8_t>> read_all(int fd, const std::string& path, std::uint64_t limit,
                                           std::uint64_t expected) {
  constexpr std::size_t kStep = 1u << 20;
  std::vector<std::uint8_t> bytes;
  bytes.reserve(static_cast<std::size_t>(std::min(expected, limit)) + 1);
  for (;;) {
    const std::size_t before = bytes.size();
    bytes.resize(before +
                 std::max<std::size_t>(std::min<std::size_t>(bytes.capacity() - before, kStep), 4096));
    const ssize_t got = ::read(fd, bytes.data() + before, bytes.size() - before);
    if (got < 0 && errno != EINTR) return file_error("read", errno, path);
    bytes.resize(before + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (bytes.size() > limit)
      return Error{ErrorCode::limit_exceeded,
                   "the file is larger than the limit of " + std::to_string(limit) + " bytes", path};
    if (got == 0) return bytes;
  }
}

}  // namespace

Result<std::vector<std::uint8_t>> read_picture_file(const std::string& path, const Limits& limits) {
  // stb_image counts bytes in an int, and no picture within the pixel limit is larger.
  const std::uint64_t limit =
      std::min<std::uint64_t>(limits.max_file_bytes, std::numeric_limits<int>::max() - 1024);
  try {
    if (path == "-") return read_all(STDIN_FILENO, "standard input", limit, 0);
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return file_error("open", errno, path);
    struct stat info {};
    const bool known = ::fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
    const std::uint64_t size = known ? static_cast<std::uint64_t>(info.st_size) : 0;
    Result<std::vector<std::uint8_t>> bytes =
        size > limit
            ? Error{ErrorCode::limit_exceeded,
                    "the file has " + std::to_string(size) + " bytes, the limit is " + std::to_string(limit),
                    path}
            : read_all(fd, path, limit, size);
    ::close(fd);
    return bytes;
  } catch (const std::bad_alloc&) {
    return Error{ErrorCode::out_of_memory, "no memory to read the file", path};
  }
}

PictureFormat picture_format(PictureBytes bytes) {
  constexpr std::uint8_t kPng[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  constexpr std::uint8_t kJpeg[] = {0xff, 0xd8, 0xff};
  constexpr std::uint8_t kBmp[] = {'B', 'M'};
  const auto starts_with = [bytes](PictureBytes magic) {
    return bytes.size() >= magic.size() && std::equal(magic.begin(), magic.end(), bytes.begin());
  };
  if (starts_with(kPng)) return PictureFormat::png;
  if (starts_with(kJpeg)) return PictureFormat::jpeg;
  if (starts_with(kBmp)) return PictureFormat::bmp;
  if (bytes.size() >= 2 && bytes[0] == 'P' && bytes[1] >= '1' && bytes[1] <= '7') return PictureFormat::pnm;
  return PictureFormat::unknown;
}

Result<Picture> decode_picture(PictureBytes bytes, const DecodeOptions& options) {
  try {
    switch (picture_format(bytes)) {
      case PictureFormat::png:
        return decode_upright(bytes, inspect_png(bytes, options.limits), options);
      case PictureFormat::jpeg:
        return decode_upright(bytes, inspect_jpeg(bytes, options.limits), options);
      case PictureFormat::bmp:
        return decode_upright(bytes, inspect_bmp(bytes, options.limits), options);
      case PictureFormat::pnm: {
        const auto structure = inspect_pnm(bytes, options.limits);
        if (!structure) return structure.error();
        return decode_pnm(bytes, *structure, options.limits);
      }
      case PictureFormat::unknown:
        break;
    }
  } catch (const std::bad_alloc&) {
    return Error{ErrorCode::out_of_memory, "no memory to decode the picture", ""};
  }
  return Error{bytes.empty() ? ErrorCode::truncated : ErrorCode::unsupported,
               bytes.empty() ? "the file is empty" : "not a JPEG, PNG, BMP or PGM/PPM picture", ""};
}

}  // namespace fcn::tools

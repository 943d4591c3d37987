// SPDX-License-Identifier: MIT
// Which bytes of a picture file are read when, and which inspector checks them.
#include "tools/pictures/picture_file.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <new>
#include <optional>
#include <span>
#include <string_view>
#include <system_error>

#include "tools/pictures/formats/exif.hpp"
#include "tools/pictures/formats/foreign_picture.hpp"
#include "tools/pictures/formats/pnm.hpp"
#include "tools/pictures/found_libraries.hpp"
#include "tools/pictures/picture_formats.hpp"
#include "tools/shell/byte_cursor.hpp"
#include "tools/shell/interrupt.hpp"

namespace fcn::tools {
namespace {

using WantedPage = std::optional<PicturePage>;

/// stb_image counts bytes in an int, and no compressed picture within the pixel limit is larger.
std::uint64_t most_held_bytes(const Limits& limits, std::uint64_t max_held) {
  return std::min<std::uint64_t>({limits.max_file_bytes, max_held, std::numeric_limits<int>::max() - 1024});
}

Error file_error(const char* doing, int error_number) {
  return {ErrorCode::io,
          std::string("cannot ") + doing + ": " + std::generic_category().message(error_number), ""};
}

Error too_large(const std::string& has, std::uint64_t limit) {
  return {ErrorCode::limit_exceeded, "the file has " + has + " bytes, the limit is " + std::to_string(limit),
          ""};
}

/// Waits until a read would not block. The other end of a pipe may never write: once the user has interrupted
/// the program, the wait is over after another two seconds without a byte.
Status wait_for_bytes(int fd) {
  constexpr int kMilliseconds = 100, kMostTurns = 20;
  for (int turns = 0; turns < kMostTurns;) {
    if (interrupted()) ++turns;
    pollfd waiting{fd, POLLIN, 0};
    const int ready = ::poll(&waiting, 1, kMilliseconds);
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR) return file_error("read", errno);
  }
  return Error{ErrorCode::io, "interrupted while waiting for its bytes", ""};
}

/// Bytes of a file that decide whether the rest is read.
constexpr std::size_t kStart = std::size_t{64} << 10;

Result<PictureStructure> inspect_picture(PictureFormat format, PictureBytes bytes, const Limits& limits,
                                         const WantedPage& page) {
  switch (format) {
    case PictureFormat::png:
      return inspect_png(bytes, limits);
    case PictureFormat::jpeg:
      return inspect_jpeg(bytes, limits);
    case PictureFormat::bmp:
      return inspect_bmp(ByteSource::from_memory(std::as_bytes(bytes)), limits);
    case PictureFormat::pnm:
      return inspect_pnm(bytes, limits);
    case PictureFormat::gif:
      if constexpr (kReadsGif) return inspect_gif(bytes, limits);
      return unreadable_here("GIF", "giflib");
    case PictureFormat::tiff:
      if constexpr (kReadsTiff)
        return inspect_tiff(ByteSource::from_memory(std::as_bytes(bytes)), bytes, limits, page);
      return unreadable_here("TIFF", "libtiff");
    case PictureFormat::webp:
      if constexpr (kReadsWebp) return inspect_webp(bytes, limits);
      return unreadable_here("WebP", "libwebp");
    case PictureFormat::unknown:
      break;
  }
  if (bytes.empty()) return Error{ErrorCode::truncated, "the file is empty", ""};
  return foreign_picture_error(bytes);
}

/// What the start of a longer file already tells: that it is no picture, or one of too many pixels.
Status check_start(PictureBytes start, Limits limits, const WantedPage& page) {
  limits.max_image_pixels = std::min(limits.max_image_pixels, limits.max_held_pixels);
  const auto structure = inspect_picture(picture_format(start), start, limits, page);
  const bool known = !structure && (structure.error().code == ErrorCode::limit_exceeded ||
                                    picture_format(start) == PictureFormat::unknown);
  return known ? Status(structure.error()) : Status();
}

/// The structure of a file that was not read, if its format can be decoded by rows and the picture takes at
/// least so many bytes.
struct UnreadPicture {
  PictureFormat format;
  Result<PictureStructure> structure;
};
std::optional<UnreadPicture> inspect_unread(const ByteSource& source, const Limits& limits,
                                            const ReadOptions& options) {
  std::uint8_t start[32] = {};
  const auto readable = std::min<std::uint64_t>(source.size(), sizeof start);
  if (!source.read(0, std::as_writable_bytes(std::span(start)).first(static_cast<std::size_t>(readable))))
    return std::nullopt;
  const PictureFormat format = picture_format(start);
  if (format == PictureFormat::png) {
    ByteCursor size(start);
    size.seek(16);
    const std::uint64_t width = size.be32(), height = size.be32();
    if (3.0 * static_cast<double>(width) * static_cast<double>(height) <
        static_cast<double>(options.rows_from))
      return std::nullopt;
    return UnreadPicture{format, inspect_png(source, limits)};
  }
  if (format == PictureFormat::bmp) return UnreadPicture{format, inspect_bmp(source, limits)};
  if constexpr (kHasLibjpeg)
    if (format == PictureFormat::jpeg) {
      auto structure = inspect_jpeg(source, limits);
      // What else is wrong with a file is found when it is read.
      if (!structure || structure->row_decoder_bytes == 0) return std::nullopt;
      return UnreadPicture{format, std::move(structure)};
    }
  if constexpr (kReadsTiff)
    if (format == PictureFormat::tiff)
      return UnreadPicture{format, inspect_tiff(source, {}, limits, options.page)};
  return std::nullopt;
}

/// Reads input without a known size: standard input, a pipe.
Result<ByteVector> read_to_end(int fd, const Limits& limits, std::uint64_t most, const WantedPage& page) {
  constexpr std::size_t kStep = 1u << 20;
  ByteVector bytes;
  bool started = false;
  for (;;) {
    if (Status ready = wait_for_bytes(fd); !ready) return ready.error();
    const std::size_t before = bytes.size();
    bytes.resize(before + kStep);
    const ssize_t got = ::read(fd, bytes.data() + before, kStep);
    if (got < 0 && errno != EINTR && errno != EAGAIN) return file_error("read", errno);
    bytes.resize(before + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (bytes.size() > most) return too_large("more", most);
    if (got == 0) return bytes;
    if (started || bytes.size() < kStart) continue;
    started = true;
    if (Status fits = check_start(bytes, limits, page); !fits) return fits.error();
  }
}

Result<ByteVector> read_whole(const ByteSource& source, const Limits& limits, std::uint64_t most,
                              const WantedPage& page) {
  if (source.size() > most) return too_large(std::to_string(source.size()), most);
  if (source.size() > kStart) {
    ByteVector start(kStart);
    if (Status read = source.read(0, std::as_writable_bytes(std::span(start))); !read) return read.error();
    if (Status fits = check_start(start, limits, page); !fits) return fits.error();
  }
  ByteVector bytes(static_cast<std::size_t>(source.size()));
  if (Status read = source.read(0, std::as_writable_bytes(std::span(bytes))); !read) return read.error();
  return bytes;
}

bool is_pnm(const ByteSource& source) {
  std::uint8_t magic[2] = {};
  return source.size() >= sizeof magic && source.read(0, std::as_writable_bytes(std::span(magic))) &&
         picture_format(magic) == PictureFormat::pnm;
}

/// Standard input, or a path that is no regular file.
Result<ByteVector> read_stream(const std::string& path, const Limits& limits, std::uint64_t most,
                               const WantedPage& page) {
  const bool standard = path == "-";
  const int fd = standard ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return file_error("open", errno);
  auto bytes = read_to_end(fd, limits, most, page);
  if (!standard) ::close(fd);
  return bytes;
}

bool is_stream(const std::string& path) {
  struct stat info {};
  return path == "-" ||
         (::stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode));
}

}  // namespace

Result<PictureFile> PictureFile::open(const std::string& path, const Limits& limits,
                                      const ReadOptions& options) {
  auto file = open_any(path, limits, options);
  if (!file || !options.page || options.page->is_first() || file->format() == PictureFormat::tiff)
    return file;
  return Error{ErrorCode::invalid_argument, "the picture has 1 page; only TIFFs may have more",
               "--page " + page_name(*options.page)};
}

Result<PictureFile> PictureFile::open_any(const std::string& path, const Limits& limits,
                                          const ReadOptions& options) {
  const std::uint64_t most_held = most_held_bytes(limits, options.max_held);
  try {
    if (is_stream(path)) {
      auto bytes = read_stream(path, limits, most_held, options.page);
      if (!bytes) return bytes.error();
      const PictureBytes span = *bytes;
      return in_memory(*std::move(bytes), span, limits, options.page);
    }
    auto source = ByteSource::open(path, limits);
    if (!source) return Error{source.error().code, source.error().message, ""};
    return open_regular(*std::move(source), limits, options);
  } catch (const std::bad_alloc&) {
    return Error{ErrorCode::out_of_memory, "no memory to read the file", ""};
  }
}

Result<PictureFile> PictureFile::open_regular(ByteSource source, const Limits& limits,
                                              const ReadOptions& options) {
  if (is_pnm(source)) {
    auto file = open_pnm(std::move(source), limits);
    if (!file) return file;
    if (Status chosen = file->choose_rows(limits, options); !chosen) return chosen.error();
    return file;
  }
  const auto unread =
      options.rows_from != ReadOptions::kNever ? inspect_unread(source, limits, options) : std::nullopt;
  if (unread) {
    if (!unread->structure) return unread->structure.error();
    PictureFile file(std::move(source), {}, {});
    file.format_ = unread->format;
    file.structure_ = *unread->structure;
    if (Status chosen = file.choose_rows(limits, options); !chosen) return chosen.error();
    if (file.by_rows_) return file;
    source = std::move(file.source_);
  }
  auto bytes = read_whole(source, limits, most_held_bytes(limits, options.max_held), options.page);
  if (!bytes) return bytes.error();
  const PictureBytes span = *bytes;
  return in_memory(*std::move(bytes), span, limits, options.page);
}

/// Whether it is decoded by rows; if not, it must be small enough to be held.
Status PictureFile::choose_rows(const Limits& limits, const ReadOptions& options) {
  const std::uint64_t pixels = std::uint64_t{structure_.width} * structure_.height;
  const bool turned = options.apply_exif && is_turned(structure_.orientation);
  by_rows_ = structure_.row_decoder_bytes != 0 && structure_.row_decoder_bytes < structure_.decoder_bytes &&
             3 * pixels >= options.rows_from && !turned;
  return by_rows_ ? Status() : check_held_size(structure_.width, structure_.height, limits);
}

Result<PictureFile> PictureFile::from_memory(PictureBytes bytes, const Limits& limits,
                                             const std::optional<PicturePage>& page) {
  return in_memory({}, bytes, limits, page);
}

Result<PictureFile> PictureFile::in_memory(ByteVector held, PictureBytes bytes, const Limits& limits,
                                           const std::optional<PicturePage>& page) {
  PictureFile file(ByteSource::from_memory(std::as_bytes(bytes)), std::move(held), bytes);
  if (Status known = file.inspect(limits, page); !known) return known.error();
  return file;
}

/// Reads as much of the start as the header, with its comments, is long.
Result<PictureFile> PictureFile::open_pnm(ByteSource source, const Limits& limits) {
  for (std::uint64_t count = 4096;; count *= 16) {
    count = std::min(count, source.size());
    ByteVector start(static_cast<std::size_t>(count));
    if (Status read = source.read(0, std::as_writable_bytes(std::span(start))); !read) return read.error();
    auto structure = inspect_pnm(start, limits);
    if (!structure && structure.error().code == ErrorCode::truncated && count < source.size()) continue;
    if (!structure) return structure.error();
    if (Status whole = check_pnm_pixels(*structure, source.size()); !whole) return whole.error();
    PictureFile file(std::move(source), {}, {});
    file.format_ = PictureFormat::pnm;
    file.structure_ = *structure;
    return file;
  }
}

Status PictureFile::inspect(const Limits& limits, const std::optional<PicturePage>& page) {
  format_ = picture_format(bytes_);
  auto structure = inspect_picture(format_, bytes_, limits, page);
  if (!structure) return structure.error();
  structure_ = *structure;
  if (Status fits = check_held_size(structure_.width, structure_.height, limits); !fits) return fits;
  return format_ == PictureFormat::pnm ? check_pnm_pixels(structure_, bytes_.size()) : Status();
}

PictureFormat picture_format(PictureBytes bytes) {
  using namespace std::string_view_literals;
  struct Magic {
    std::string_view bytes;
    PictureFormat format;
  };
  // TIFF's number is 42, BigTIFF's 43.
  static constexpr Magic kMagics[] = {
      {"\x89PNG\r\n\x1a\n"sv, PictureFormat::png},
      {"\xff\xd8\xff"sv, PictureFormat::jpeg},
      {"BM"sv, PictureFormat::bmp},
      {"GIF87a"sv, PictureFormat::gif},
      {"GIF89a"sv, PictureFormat::gif},
      {"II\x2a\0"sv, PictureFormat::tiff},
      {"MM\0\x2a"sv, PictureFormat::tiff},
      {"II\x2b\0"sv, PictureFormat::tiff},
      {"MM\0\x2b"sv, PictureFormat::tiff},
  };
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  for (const Magic& magic : kMagics)
    if (text.starts_with(magic.bytes)) return magic.format;
  if (text.starts_with("RIFF") && text.substr(std::min<std::size_t>(8, text.size())).starts_with("WEBP"))
    return PictureFormat::webp;
  if (text.size() >= 2 && text[0] == 'P' && text[1] >= '1' && text[1] <= '7') return PictureFormat::pnm;
  return PictureFormat::unknown;
}

}  // namespace fcn::tools

// SPDX-License-Identifier: MIT
// A picture file that has been opened and inspected, but not decoded: its size, the memory that decoding will
// take, and its bytes. Not here: decoding (image_io.hpp).
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "fcn/base/byte_source.hpp"
#include "fcn/limits.hpp"
#include "fcn/result.hpp"
#include "tools/pictures/formats/picture_structure.hpp"
#include "tools/shell/counted_memory.hpp"

namespace fcn::tools {

struct ReadOptions {
  static constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t max_held = kNever;  ///< most bytes of a file that is read whole
  /// Pictures of at least so many bytes, decoded, are to be decoded by rows where that is possible.
  std::uint64_t rows_from = kNever;
  bool apply_exif = true;  ///< a picture that is to be turned is decoded whole
  /// Of a TIFF; others have one page. If it is given, pages are counted.
  std::optional<PicturePage> page = std::nullopt;
};

/// Movable. Compressed files are in memory, but for those that are to be decoded by rows; of a PGM or PPM
/// file only the header has been read.
class PictureFile {
 public:
  /// A file, or standard input for "-". Refused when larger than limits allow, before it is read if that is
  /// known, and when its structure is damaged. Errors do not name the file.
  static Result<PictureFile> open(const std::string& path, const Limits& limits,
                                  const ReadOptions& options = {});
  /// A file whose bytes the caller has, and keeps as long as this lives.
  static Result<PictureFile> from_memory(PictureBytes bytes, const Limits& limits,
                                         const std::optional<PicturePage>& page = std::nullopt);

  [[nodiscard]] PictureFormat format() const { return format_; }
  [[nodiscard]] const PictureStructure& structure() const { return structure_; }
  [[nodiscard]] const ByteSource& source() const { return source_; }
  /// Whether its rows are to be decoded one after the other (rows/row_decoder.hpp).
  [[nodiscard]] bool by_rows() const { return by_rows_; }
  /// The whole file, unless it is a PGM or PPM or decoded by rows: that is in source() only.
  [[nodiscard]] PictureBytes bytes() const { return bytes_; }
  /// Bytes in memory that this owns.
  [[nodiscard]] std::size_t held_bytes() const { return held_.capacity(); }

 private:
  PictureFile(ByteSource source, ByteVector held, PictureBytes bytes)
      : source_(std::move(source)), held_(std::move(held)), bytes_(bytes) {}

  static Result<PictureFile> open_any(const std::string& path, const Limits& limits,
                                      const ReadOptions& options);
  static Result<PictureFile> open_pnm(ByteSource source, const Limits& limits);
  static Result<PictureFile> open_regular(ByteSource source, const Limits& limits,
                                          const ReadOptions& options);
  Status choose_rows(const Limits& limits, const ReadOptions& options);
  static Result<PictureFile> in_memory(ByteVector held, PictureBytes bytes, const Limits& limits,
                                       const std::optional<PicturePage>& page);
  Status inspect(const Limits& limits, const std::optional<PicturePage>& page);

  PictureFormat format_ = PictureFormat::unknown;
  PictureStructure structure_;
  ByteSource source_;
  ByteVector held_;
  PictureBytes bytes_;
  bool by_rows_ = false;
};

}  // namespace fcn::tools

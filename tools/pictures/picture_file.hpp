// SPDX-License-Identifier: MIT
// A picture file that has been opened and inspected, but not decoded: its size, the memory that decoding will
// take, and its bytes. Not here: decoding (image_io.hpp).
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "fcn/base/byte_source.hpp"
#include "fcn/limits.hpp"
#include "fcn/result.hpp"
#include "tools/pictures/formats/picture_structure.hpp"
#include "tools/shell/counted_memory.hpp"

namespace fcn::tools {

/// Movable. Compressed files are in memory; of a PGM or PPM file only the header has been read.
class PictureFile {
 public:
  /// A file, or standard input for "-". Refused when larger than limits allow, before it is read if that is
  /// known, and when its structure is damaged. Errors do not name the file.
  /// `max_held`: most bytes of a file that is read whole.
  static Result<PictureFile> open(const std::string& path, const Limits& limits,
                                  std::uint64_t max_held = std::numeric_limits<std::uint64_t>::max());
  /// A file whose bytes the caller has, and keeps as long as this lives.
  static Result<PictureFile> from_memory(PictureBytes bytes, const Limits& limits);

  [[nodiscard]] PictureFormat format() const { return format_; }
  [[nodiscard]] const PictureStructure& structure() const { return structure_; }
  [[nodiscard]] const ByteSource& source() const { return source_; }
  /// The whole file, unless it is a PGM or PPM: that is in source() only.
  [[nodiscard]] PictureBytes bytes() const { return bytes_; }
  /// Bytes in memory that this owns.
  [[nodiscard]] std::size_t held_bytes() const { return held_.capacity(); }

 private:
  PictureFile(ByteSource source, ByteVector held, PictureBytes bytes)
      : source_(std::move(source)), held_(std::move(held)), bytes_(bytes) {}

  static Result<PictureFile> open_pnm(ByteSource source, const Limits& limits);
  static Result<PictureFile> in_memory(ByteVector held, PictureBytes bytes, const Limits& limits);
  Status inspect(const Limits& limits);

  PictureFormat format_ = PictureFormat::unknown;
  PictureStructure structure_;
  ByteSource source_;
  ByteVector held_;
  PictureBytes bytes_;
};

}  // namespace fcn::tools

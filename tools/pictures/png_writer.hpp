// SPDX-License-Identifier: MIT
// Writes PNG files row by row, so that a picture never has to exist a second time to be written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "fcn/result.hpp"
#include "tools/shell/atomic_file.hpp"

namespace fcn::tools {

enum class PngPixels { rgb, grey };

/// Returns the bytes of row y, one or three a pixel; asked once for each row, from the top. The bytes stay
/// valid until the next call.
using RowSource = std::function<const std::uint8_t*(int y)>;

/// Takes the bytes of a file piece by piece.
using ByteSink = std::function<Status(std::span<const std::byte>)>;

/// Writes a complete PNG of width x height pixels of 8-bit samples, into `file` (which the caller commits) or
/// elsewhere.
Status write_png(AtomicFile& file, int width, int height, PngPixels pixels, const RowSource& row);
Status write_png(const ByteSink& sink, int width, int height, PngPixels pixels, const RowSource& row);

/// The same from rows that come by themselves, of bytes that are colours of a palette where there is one.
class PngRows {
 public:
  /// `palette` has 3 bytes a colour, at most 256 of them; none for RGB or grey. `file` must outlive this.
  static Result<PngRows> create(AtomicFile& file, int width, int height, PngPixels pixels,
                                std::span<const std::uint8_t> palette = {});
  PngRows(PngRows&&) noexcept;
  PngRows& operator=(PngRows&&) noexcept;
  ~PngRows();

  /// The next row. After an Error nothing more may be written.
  Status add(const std::uint8_t* row);
  /// After the last row.
  Status finish();

 private:
  struct Writing;
  explicit PngRows(std::unique_ptr<Writing> writing);
  std::unique_ptr<Writing> writing_;
};

}  // namespace fcn::tools

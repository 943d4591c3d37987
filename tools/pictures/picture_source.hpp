// SPDX-License-Identifier: MIT
// The picture of a run: held in memory, or decoded row by row from its file whenever it is needed, once to
// run and again to be drawn. Both give the same pixels. Not here: which it is (PictureFile::by_rows()).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "fcn/pixel_rows.hpp"
#include "fcn/result.hpp"
#include "tools/pictures/picture.hpp"
#include "tools/pictures/picture_border.hpp"
#include "tools/pictures/picture_file.hpp"
#include "tools/pictures/resize.hpp"
#include "tools/pictures/rows/row_decoder.hpp"
#include "tools/shell/counted_memory.hpp"

namespace fcn::tools {

class PictureSource : public PixelRows {
 public:
  explicit PictureSource(Picture picture)
      : width_(picture.width), height_(picture.height), held_(std::move(picture)) {}
  /// A file that is to be decoded by rows.
  explicit PictureSource(PictureFile file)
      : width_(static_cast<int>(file.structure().width)),
        height_(static_cast<int>(file.structure().height)),
        file_(std::move(file)) {}

  /// Narrows what is run and shown to a part of the picture, which lies inside it.
  void narrow(const PixelRect& part) { part_ = part; }
  /// Has the picture run with a border, which is not shown. Not of a part.
  void surround(const PictureBorder& border) { border_ = border; }

  /// Of the picture, or of its part.
  [[nodiscard]] int width() const { return part_.is_empty() ? width_ : part_.width; }
  [[nodiscard]] int height() const { return part_.is_empty() ? height_ : part_.height; }
  [[nodiscard]] std::size_t row_bytes() const { return 3 * static_cast<std::size_t>(width()); }
  /// Of the whole picture.
  [[nodiscard]] PictureSize whole() const { return {width_, height_}; }
  /// Its corner is (0, 0) for the whole picture.
  [[nodiscard]] const PixelRect& part() const { return part_; }
  /// Null for a picture that is decoded by rows.
  [[nodiscard]] const Picture* held() const { return file_ ? nullptr : &held_; }

  /// To be run, once at a time. The view refers to this object.
  [[nodiscard]] ImageView view();
  Result<ImageView> rows(int first, int count) override;
  /// Frees what running took, and the surroundings of a part.
  void end_run();

  /// A decoder of the rows from the top, independent of the others; of a picture that is not held.
  [[nodiscard]] Result<std::unique_ptr<RowDecoder>> decoder() const { return decode_rows(*file_); }

 private:
  int width_;
  int height_;
  Picture held_;
  Result<const std::uint8_t*> bordered_row(int y);
  Result<ImageView> bordered_rows(int first, int count);

  PixelRect part_;
  PictureBorder border_;
  std::optional<PictureFile> file_;
  std::unique_ptr<RowDecoder> running_;
  int next_ = 0;     // the row that it gives next
  ByteVector rows_;  // that the run reads
  ByteVector kept_;  // of a picture with a border, the last rows decoded
  int handed_ = 0;   // rows with a border that the run has got
};

/// Reads a picture's rows from the top, to draw them. Several may read one picture.
class PictureReader {
 public:
  /// `picture` must outlive this.
  explicit PictureReader(const PictureSource& picture) : picture_(&picture) {}

  /// Row y: of a picture that is not held, the last row that was asked for or a later one. After an Error the
  /// rows are black, and status() tells what it was.
  const std::uint8_t* row(int y);
  [[nodiscard]] const Status& status() const { return status_; }

 private:
  Status read_to(int y);

  const PictureSource* picture_;
  std::unique_ptr<RowDecoder> decoder_;
  ByteVector row_;  // of the whole picture
  int next_ = 0;    // the row that the decoder gives next
  Status status_;
};

}  // namespace fcn::tools

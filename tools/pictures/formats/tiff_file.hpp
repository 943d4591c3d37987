// SPDX-License-Identifier: MIT
// libtiff on a file or on bytes in memory, with its messages kept instead of printed. The only header that
// names libtiff.
#pragma once

#include <tiffio.h>

#include <cstdint>
#include <memory>
#include <string>

#include "fcn/base/byte_source.hpp"
#include "fcn/result.hpp"
#include "tools/pictures/formats/picture_structure.hpp"

namespace fcn::tools {

class TiffFile {
 public:
  /// Reads the directory of a page, not the tables of its strips. `source` must outlive this; `bytes` are its
  /// bytes where they are in memory, which libtiff then reads where they are. For a page that the file does
  /// not have ErrorCode::invalid_argument, with how many there are.
  static Result<TiffFile> open(const ByteSource& source, PictureBytes bytes = {},
                               const PicturePage& page = {});

  /// The same page once more, to be read elsewhere at the same time.
  [[nodiscard]] Result<TiffFile> again() const { return open(source(), state_->bytes, page_); }

  [[nodiscard]] TIFF* handle() const { return handle_.get(); }
  /// A tag's value, or its default; zero where it has neither.
  template <class T>
  [[nodiscard]] T field(ttag_t tag) const {
    T value{};
    return TIFFGetFieldDefaulted(handle(), tag, &value) == 1 ? value : T{};
  }
  /// How many pages there are, and copies in the SubIFDs of the page that open() went to.
  [[nodiscard]] PageChoice choice() const;
  /// From here on warnings of this libtiff module count as errors, which failed() then reports.
  void distrust(const char* module);
  [[nodiscard]] bool failed() const { return state_->failed; }
  /// The meaning of the samples as the file states it: libtiff changes that if a tag is missing.
  [[nodiscard]] std::uint64_t stored_photometric() const;
  /// The tag, of those that pixels depend on, that libtiff could not read and left out; empty if there is
  /// none.
  [[nodiscard]] const std::string& lost_tag() const { return state_->lost_tag; }
  /// The same of the tags that place a picture on a map.
  [[nodiscard]] const std::string& lost_geo_tag() const { return state_->lost_geo_tag; }
  /// ErrorCode::malformed, with the first thing that libtiff found wrong.
  [[nodiscard]] Error error() const;
  [[nodiscard]] const ByteSource& source() const { return *state_->source; }

 private:
  /// What libtiff's callbacks are given; it does not move.
  struct State {
    const ByteSource* source = nullptr;
    PictureBytes bytes;  ///< of the source, where they are in memory
    std::uint64_t at = 0;
    std::string first_error;
    std::string distrusted;
    std::string lost_tag;
    std::string lost_geo_tag;
    bool failed = false;
  };
  struct Close {
    void operator()(TIFF* handle) const { TIFFClose(handle); }
  };
  struct Callbacks;

  TiffFile(const ByteSource& source, PictureBytes bytes);
  Status go_to(const PicturePage& page);
  [[nodiscard]] Error no_such_page(const PicturePage& page) const;

  std::unique_ptr<State> state_;
  std::unique_ptr<TIFF, Close> handle_;  // is closed before its state goes
  PicturePage page_;
  std::uint32_t copies_ = 0;
};

}  // namespace fcn::tools

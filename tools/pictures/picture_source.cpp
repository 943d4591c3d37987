// SPDX-License-Identifier: MIT
#include "tools/pictures/picture_source.hpp"

#include <algorithm>
#include <new>

namespace fcn::tools {

ImageView PictureSource::view() {
  if (!file_) return held_.view();
  running_.reset();
  return {.width = width_, .height = height_, .source = this};
}

Result<ImageView> PictureSource::rows(int first, int count) {
  try {
    if (first == 0) {
      auto decoder = decode_rows(*file_);
      if (!decoder) return decoder.error();
      running_ = *std::move(decoder);
    }
    const auto bytes = static_cast<std::size_t>(count) * row_bytes();
    if (rows_.size() < bytes) rows_ = ByteVector(bytes);
  } catch (const std::bad_alloc&) {
    return Error{ErrorCode::out_of_memory, "no memory for rows of the picture", ""};
  }
  for (int row = 0; row < count; ++row)
    if (Status read = running_->next(rows_.data() + static_cast<std::size_t>(row) * row_bytes()); !read)
      return Error{read.error().code, read.error().message, "row " + std::to_string(first + row)};
  return ImageView{.pixels = rows_.data(), .width = width_, .height = count, .channels = 3};
}

void PictureSource::end_run() {
  running_.reset();
  rows_ = ByteVector();
}

const std::uint8_t* PictureReader::row(int y) {
  if (const Picture* held = picture_->held()) return held->row(y);
  if (status_) status_ = read_to(y);
  if (!status_) std::fill(row_.begin(), row_.end(), std::uint8_t{0});
  return row_.data();
}

Status PictureReader::read_to(int y) {
  if (row_.empty()) row_.resize(picture_->row_bytes());
  if (!decoder_) {
    auto decoder = picture_->decoder();
    if (!decoder) return decoder.error();
    decoder_ = *std::move(decoder);
  }
  FCN_ASSERT(y + 1 >= next_);
  for (; next_ <= y; ++next_)
    if (Status read = decoder_->next(row_.data()); !read) return read;
  return {};
}

}  // namespace fcn::tools

// SPDX-License-Identifier: MIT
#include "tools/pictures/picture_source.hpp"

#include <algorithm>
#include <cstring>
#include <new>

namespace fcn::tools {

ImageView PictureSource::view() {
  ImageView image = held_.view();
  if (file_) {
    running_.reset();
    image = {.width = width_, .height = height_, .source = this};
  }
  image.part = part_;
  return image;
}

Result<ImageView> PictureSource::rows(int first, int count) {
  const std::size_t whole_row = 3 * static_cast<std::size_t>(width_);
  try {
    if (!running_ || first < next_) {
      auto decoder = decode_rows(*file_);
      if (!decoder) return decoder.error();
      running_ = *std::move(decoder);
      next_ = 0;
    }
    const auto bytes = static_cast<std::size_t>(count) * whole_row;
    if (rows_.size() < bytes) rows_ = ByteVector(bytes);
  } catch (const std::bad_alloc&) {
    return Error{ErrorCode::out_of_memory, "no memory for rows of the picture", ""};
  }
  for (; next_ < first + count; ++next_) {
    const int row = std::max(next_ - first, 0);  // those above a part are read over
    if (Status read = running_->next(rows_.data() + static_cast<std::size_t>(row) * whole_row); !read)
      return Error{read.error().code, read.error().message, "row " + std::to_string(next_)};
  }
  return ImageView{.pixels = rows_.data(), .width = width_, .height = count, .channels = 3};
}

void PictureSource::end_run() {
  running_.reset();
  rows_ = ByteVector();
  if (part_.is_empty() || file_) return;
  std::uint8_t* to = held_.rgb.get();
  for (int y = 0; y < part_.height; ++y, to += row_bytes())
    std::memmove(to, held_.row(part_.y + y) + std::size_t{3} * static_cast<std::size_t>(part_.x),
                 row_bytes());
  held_.width = width_ = part_.width;
  held_.height = height_ = part_.height;
  part_ = {};
}

const std::uint8_t* PictureReader::row(int y) {
  const PixelRect& part = picture_->part();
  const std::size_t left = 3 * static_cast<std::size_t>(part.x);
  if (const Picture* held = picture_->held()) return held->row(part.y + y) + left;
  if (status_) status_ = read_to(part.y + y);
  if (!status_) std::fill(row_.begin(), row_.end(), std::uint8_t{0});
  return row_.data() + left;
}

Status PictureReader::read_to(int y) {
  if (row_.empty()) row_.resize(3 * static_cast<std::size_t>(picture_->whole().width));
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

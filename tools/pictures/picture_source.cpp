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
  if (!border_.is_empty())
    image = {.width = width_ + 2 * border_.x, .height = height_ + 2 * border_.y, .source = this};
  return image;
}

/// Row y of the picture itself, which is one of those kept or a later one.
Result<const std::uint8_t*> PictureSource::bordered_row(int y) {
  if (!file_) return static_cast<const std::uint8_t*>(held_.row(y));
  const std::size_t row = 3 * static_cast<std::size_t>(width_);
  const auto kept = [&](int at) {
    return kept_.data() + row * static_cast<std::size_t>(at % border_.kept_rows(height_));
  };
  for (; next_ <= y; ++next_)
    if (Status read = running_->next(kept(next_)); !read)
      return Error{read.error().code, read.error().message, "row " + std::to_string(next_)};
  return static_cast<const std::uint8_t*>(kept(y));
}

Result<ImageView> PictureSource::bordered_rows(int first, int count) {
  const std::size_t wide = 3 * static_cast<std::size_t>(width_ + 2 * border_.x);
  try {
    if (file_ && (!running_ || first < handed_)) {
      auto decoder = decode_rows(*file_);
      if (!decoder) return decoder.error();
      running_ = *std::move(decoder);
      next_ = 0;
      kept_ = ByteVector(3 * static_cast<std::size_t>(width_) *
                         static_cast<std::size_t>(border_.kept_rows(height_)));
    }
    if (const auto bytes = static_cast<std::size_t>(count) * wide; rows_.size() < bytes)
      rows_ = ByteVector(bytes);
  } catch (const std::bad_alloc&) {
    return Error{ErrorCode::out_of_memory, "no memory for rows of the picture", ""};
  }
  for (int row = 0; row < count; ++row) {
    const int at = first + row - border_.y;
    const auto from = bordered_row(border_.shown(at, height_));
    if (!from) return from.error();
    border_.compose(*from, at, width_, height_, rows_.data() + static_cast<std::size_t>(row) * wide);
  }
  handed_ = first + count;
  return ImageView{.pixels = rows_.data(), .width = width_ + 2 * border_.x, .height = count, .channels = 3};
}

Result<ImageView> PictureSource::rows(int first, int count) {
  if (!border_.is_empty()) return bordered_rows(first, count);
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
  kept_ = ByteVector();
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

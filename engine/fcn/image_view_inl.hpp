// SPDX-License-Identifier: MIT
// Definitions of image_view.hpp: compiled into fcn::runtime, or inline where headers are used alone.
#pragma once

#include <string>

#include "fcn/image_view.hpp"

namespace fcn::inline FCN_ABI {

FCN_INLINE Result<ImageView> ImageView::crop(int x, int y, int crop_width, int crop_height) const {
  const auto bad = [](std::string message) {
    return Error{ErrorCode::invalid_argument, std::move(message), "ImageView::crop"};
  };
  if (x < 0 || y < 0 || crop_width < 0 || crop_height < 0 || x > width || y > height ||
      crop_width > width - x || crop_height > height - y)
    return bad("a crop of " + std::to_string(crop_width) + "x" + std::to_string(crop_height) +
               " pixels at (" + std::to_string(x) + ", " + std::to_string(y) +
               ") is not inside the picture of " + std::to_string(width) + "x" + std::to_string(height));
  if (source != nullptr) return bad("the picture comes row by row: only its source can crop it");
  ImageView cropped = *this;
  if (cropped.channels == 0) cropped.channels = channel_count(format);
  if (cropped.channels < 1) return bad("set channels or format: the size of a pixel is not known");
  const std::ptrdiff_t sample = sample_bytes(pixels.type());
  const std::ptrdiff_t pixel = planar ? sample : sample * cropped.channels;
  if (cropped.row_stride == 0) cropped.row_stride = pixel * width;
  const std::ptrdiff_t row_bytes = cropped.row_stride < 0 ? -cropped.row_stride : cropped.row_stride;
  if (planar && cropped.plane_stride == 0) cropped.plane_stride = row_bytes * height;
  cropped.pixels = pixels + (y * cropped.row_stride + x * pixel);
  cropped.part = {};
  cropped.width = crop_width;
  cropped.height = crop_height;
  return cropped;
}

}  // namespace fcn::inline FCN_ABI

// SPDX-License-Identifier: MIT
// An ImageView that was checked against a model: where the samples of the model's channels lie. What they
// mean is in pixel_table.hpp.
#pragma once

#include <algorithm>
#include <cstddef>

#include "fcn/image_view.hpp"
#include "fcn/result.hpp"

namespace fcn::inline FCN_ABI {

/// Strides in bytes. The sample of the model's channel c in pixel (x, y) is at first + y * row + x * pixel +
/// c * channel. If `luma`, c counts red, green and blue, and the model has one channel.
struct PixelLayout {
  const unsigned char* first = nullptr;
  SampleType type = SampleType::uint8;
  int width = 0;
  int height = 0;
  bool luma = false;
  std::ptrdiff_t row = 0;
  std::ptrdiff_t pixel = 0;
  std::ptrdiff_t channel = 0;  ///< 0 where grey stands for all channels; negative for BGR

  /// `count` columns from `column` on, as far as there are so many.
  [[nodiscard]] PixelLayout columns(int column, int count) const {
    PixelLayout part = *this;
    part.first += column * pixel;
    part.width = std::min(width - column, count);
    return part;
  }
};

/// ErrorCode::invalid_argument for a view that makes no sense, or not for a model of so many channels.
Result<PixelLayout> pixel_layout(const ImageView& image, int model_channels);

}  // namespace fcn::inline FCN_ABI

#ifndef FCN_COMPILED
#include "fcn/run/pixels/pixel_layout_inl.hpp"
#endif

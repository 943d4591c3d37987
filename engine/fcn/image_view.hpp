// SPDX-License-Identifier: MIT
// A view of the caller's pixels: what the engine reads a picture from. Decoding and resizing are the
// caller's.
#pragma once

#include <cstddef>
#include <cstdint>

#include "fcn/config.hpp"

namespace fcn::inline FCN_ABI {

/// 8-bit pixels, channels interleaved (RGB for a three-channel model), top row first. A model of one channel
/// takes RGB too, as its luma (pixel_table.hpp). A run only reads the pixels, and keeps no pointer to them.
struct ImageView {
  const std::uint8_t* pixels = nullptr;
  int width = 0;
  int height = 0;
  /// Bytes from one row to the next. 0: rows are packed. Negative: the picture is stored bottom up, and
  /// `pixels` is its top row. Less than a row's own bytes is an error.
  std::ptrdiff_t row_stride = 0;
  int channels = 0;  ///< of a pixel; 0 for as many as the model has
};

}  // namespace fcn::inline FCN_ABI

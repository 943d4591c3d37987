// SPDX-License-Identifier: MIT
// A picture that somebody else owns: what the engine reads pixels from. Decoding and resizing are the
// caller's.
#pragma once

#include <cstddef>
#include <cstdint>

#include "fcn/config.hpp"

namespace fcn::inline FCN_ABI {

/// 8-bit pixels, channels interleaved (RGB for a three-channel model), top row first. A model of one channel
/// takes RGB too, as its luma (pixel_table.hpp).
struct ImageView {
  const std::uint8_t* pixels = nullptr;
  int width = 0;
  int height = 0;
  std::ptrdiff_t row_stride = 0;  ///< bytes from one row to the next; at least width * channels
  int channels = 0;               ///< of a pixel; 0 for as many as the model has
};

}  // namespace fcn::inline FCN_ABI

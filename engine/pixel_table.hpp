// SPDX-License-Identifier: MIT
// Preprocessing as a table: an 8-bit pixel has 256 values, so (pixel / 255 - mean) / std is computed once per
// channel and value, in float64, rounded once, and looked up while the pixels are read.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/model_info.hpp"

namespace fcn::inline FCN_ABI {

class PixelTable {
 public:
  /// A model that names no mean or std gets 0 and 1: pixels scaled to 0..1.
  PixelTable(const ModelInfo& info, int channels) : tables_(static_cast<std::size_t>(channels)) {
    for (std::size_t c = 0; c < tables_.size(); ++c) {
      const double mean = c < info.mean.size() ? info.mean[c] : 0.0;
      const double std = c < info.std.size() ? info.std[c] : 1.0;
      for (std::size_t value = 0; value < 256; ++value)
        tables_[c][value] = static_cast<float>((static_cast<double>(value) / 255.0 - mean) / std);
    }
  }

  /// Converts one row of `width` interleaved pixels into pixels `pixel_stride` floats apart.
  void apply(const std::uint8_t* from, int width, std::ptrdiff_t pixel_stride, float* to) const {
    for (int x = 0; x < width; ++x, to += pixel_stride)
      for (std::size_t c = 0; c < tables_.size(); ++c) to[c] = tables_[c][*from++];
  }

 private:
  std::vector<std::array<float, 256>> tables_;
};

}  // namespace fcn::inline FCN_ABI

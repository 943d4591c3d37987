// SPDX-License-Identifier: MIT
// Preprocessing as a table: an 8-bit pixel has 256 values, so (pixel / 255 - mean) / std is computed once per
// channel and value, in float64, rounded once, and looked up while the pixels are read.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "fcn/model_info.hpp"

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

  /// Whether pixels of so many channels can be converted; 0 stands for the model's own number.
  [[nodiscard]] bool takes(int channels) const {
    return channels == 0 || channels == static_cast<int>(tables_.size()) || takes_luma_of(channels);
  }

  /// Converts one row of `width` interleaved pixels of `channels` channels (takes() says which can be) into
  /// pixels `pixel_stride` floats apart. Luma is ITU-R BT.601's of gamma-encoded RGB in integers, Pillow's
  /// "L": (19595 R + 38470 G + 7471 B + 2^15) / 2^16, rounded down.
  void apply(const std::uint8_t* from, int channels, int width, std::ptrdiff_t pixel_stride,
             float* to) const {
    if (!takes_luma_of(channels)) return apply(from, width, pixel_stride, to);
    for (int x = 0; x < width; ++x, to += pixel_stride, from += 3)
      *to = tables_[0][(19595u * from[0] + 38470u * from[1] + 7471u * from[2] + 0x8000u) >> 16];
  }

 private:
  [[nodiscard]] bool takes_luma_of(int channels) const { return channels == 3 && tables_.size() == 1; }

  /// The same for pixels of the model's own channels. Nearly all models have three; knowing that at compile
  /// time saves a quarter of the time.
  void apply(const std::uint8_t* from, int width, std::ptrdiff_t pixel_stride, float* to) const {
    tables_.size() == 3 ? look_up(std::integral_constant<std::size_t, 3>{}, from, width, pixel_stride, to)
                        : look_up(tables_.size(), from, width, pixel_stride, to);
  }

  template <class Channels>
  void look_up(Channels channels, const std::uint8_t* from, int width, std::ptrdiff_t pixel_stride,
               float* to) const {
    const std::array<float, 256>* const tables = tables_.data();
    for (int x = 0; x < width; ++x, to += pixel_stride, from += channels)
      for (std::size_t c = 0; c < channels; ++c) to[c] = tables[c][from[c]];
  }

  std::vector<std::array<float, 256>> tables_;
};

}  // namespace fcn::inline FCN_ABI

// SPDX-License-Identifier: MIT
// Preprocessing: a sample becomes (sample / white - mean) / std, in float64, rounded once. An 8-bit sample
// has 256 values, so theirs are a table. A 16-bit sample 257 v and the float nearest to v / 255 are the same
// number as the 8-bit sample v, to the bit.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <vector>

#include "fcn/model_info.hpp"
#include "fcn/run/pixels/pixel_layout.hpp"

namespace fcn::inline FCN_ABI {

class PixelTable {
 public:
  /// A model that names no mean or std gets 0 and 1: pixels scaled to 0..1.
  PixelTable(const ModelInfo& info, int channels) : channels_(static_cast<std::size_t>(channels)) {
    for (std::size_t c = 0; c < channels_.size(); ++c) {
      Channel& channel = channels_[c];
      channel.mean = c < info.mean.size() ? info.mean[c] : 0.0;
      channel.std = c < info.std.size() ? info.std[c] : 1.0;
      for (std::size_t value = 0; value < 256; ++value)
        channel.of_byte[value] = channel.normalised(static_cast<double>(value) / 255.0);
    }
    for (std::size_t value = 0; value < 256; ++value)
      float_of_byte_[value] = static_cast<float>(static_cast<double>(value) / 255.0);
  }

  /// Converts the pixels of row `y` of a picture, laid out for a model of as many channels as this table has,
  /// into pixels `pixel_stride` floats apart. Returns whether all are finite: of floats only, some may not
  /// be.
  bool apply(const PixelLayout& picture, std::ptrdiff_t y, std::ptrdiff_t pixel_stride, float* to) const {
    const unsigned char* const row = picture.first + y * picture.row;
    switch (picture.type) {
      case SampleType::uint8:
        return picture.luma ? luma_row<std::uint8_t>(picture, row, pixel_stride, to)
                            : byte_row(picture, row, pixel_stride, to);
      case SampleType::uint16:
        return convert_row<std::uint16_t>(picture, row, pixel_stride, to);
      case SampleType::float32:
        return convert_row<float>(picture, row, pixel_stride, to);
    }
    return true;
  }

 private:
  struct Channel {
    double mean = 0;
    double std = 1;
    std::array<float, 256> of_byte;

    [[nodiscard]] float normalised(double value) const { return static_cast<float>((value - mean) / std); }
  };

  template <class Sample>
  static Sample load(const unsigned char* at) {
    Sample sample;
    std::memcpy(&sample, at, sizeof(Sample));
    return sample;
  }

  [[nodiscard]] float normalise(std::size_t c, std::uint8_t sample) const {
    return channels_[c].of_byte[sample];
  }
  [[nodiscard]] float normalise(std::size_t c, std::uint16_t sample) const {
    return channels_[c].normalised(sample / 65535.0);
  }
  /// The float nearest to v / 255 stands for exactly that, and not for its rounded value.
  [[nodiscard]] float normalise(std::size_t c, float sample) const {
    if (sample >= 0 && sample <= 1) {
      const auto byte = static_cast<std::size_t>(sample * 255.0f + 0.5f);
      if (float_of_byte_[byte] == sample) return channels_[c].of_byte[byte];
    }
    return channels_[c].normalised(static_cast<double>(sample));
  }

  /// ITU-R BT.601's of gamma-encoded RGB with Pillow's weights; in integers rounded to the sample's own
  /// steps, so that 8 bits give Pillow's "L". Equal channels give their own value in every type.
  template <class Sample>
  static Sample luma(Sample r, Sample g, Sample b) {
    if constexpr (std::is_same_v<Sample, float>)
      return static_cast<float>((19595.0 * r + 38470.0 * g + 7471.0 * b) / 65536.0);
    else
      return static_cast<Sample>((19595u * r + 38470u * g + 7471u * b + 0x8000u) >> 16);
  }

  template <class Sample>
  bool luma_row(const PixelLayout& picture, const unsigned char* from, std::ptrdiff_t pixel_stride,
                float* to) const {
    bool finite = true;
    for (int x = 0; x < picture.width; ++x, to += pixel_stride, from += picture.pixel) {
      *to = normalise(0, luma(load<Sample>(from), load<Sample>(from + picture.channel),
                              load<Sample>(from + 2 * picture.channel)));
      finite &= std::isfinite(*to);
    }
    return finite;
  }

  template <class Sample>
  bool convert_row(const PixelLayout& picture, const unsigned char* from, std::ptrdiff_t pixel_stride,
                   float* to) const {
    if (picture.luma) return luma_row<Sample>(picture, from, pixel_stride, to);
    bool finite = true;
    for (int x = 0; x < picture.width; ++x, to += pixel_stride, from += picture.pixel)
      for (std::size_t c = 0; c < channels_.size(); ++c) {
        to[c] = normalise(c, load<Sample>(from + static_cast<std::ptrdiff_t>(c) * picture.channel));
        finite &= std::isfinite(to[c]);
      }
    return finite;
  }

  /// Nearly all pictures are of three channels, and most are packed RGB; knowing that at compile time saves a
  /// quarter of the time.
  bool byte_row(const PixelLayout& picture, const unsigned char* from, std::ptrdiff_t pixel_stride,
                float* to) const {
    using One = std::integral_constant<std::ptrdiff_t, 1>;
    using Three = std::integral_constant<std::ptrdiff_t, 3>;
    if (channels_.size() != 3)
      look_up(static_cast<std::ptrdiff_t>(channels_.size()), picture.pixel, picture.channel, picture.width,
              from, pixel_stride, to);
    else if (picture.pixel == 3 && picture.channel == 1)
      look_up(Three{}, Three{}, One{}, picture.width, from, pixel_stride, to);
    else
      look_up(Three{}, picture.pixel, picture.channel, picture.width, from, pixel_stride, to);
    return true;
  }

  template <class Channels, class Pixel, class Step>
  void look_up(Channels channels, Pixel pixel, Step channel, int width, const unsigned char* from,
               std::ptrdiff_t pixel_stride, float* to) const {
    const Channel* const tables = channels_.data();
    for (int x = 0; x < width; ++x, to += pixel_stride, from += pixel)
      for (std::ptrdiff_t c = 0; c < channels; ++c) to[c] = tables[c].of_byte[from[c * channel]];
  }

  std::vector<Channel> channels_;
  std::array<float, 256> float_of_byte_{};
};

}  // namespace fcn::inline FCN_ABI

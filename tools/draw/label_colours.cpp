// SPDX-License-Identifier: MIT
#include "tools/draw/label_colours.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace fcn::tools {
namespace {

constexpr int kVocLabels = 21;
constexpr int kMostColours = 256;

/// The bits of a label spread over the channels, the lowest to the highest places, as the VOC's development
/// kit does.
Colour voc_colour(int label) {
  int red = 0, green = 0, blue = 0;
  for (int place = 7; label != 0; --place, label >>= 3) {
    red |= (label & 1) << place;
    green |= (label >> 1 & 1) << place;
    blue |= (label >> 2 & 1) << place;
  }
  return {static_cast<std::uint8_t>(red), static_cast<std::uint8_t>(green), static_cast<std::uint8_t>(blue)};
}

/// Hues a golden angle apart, in three shades.
Colour further_colour(int number) {
  const double hue = std::fmod(0.61803398875 * number, 1.0) * 6;
  const double light = number % 3 == 0 ? 0.95 : number % 3 == 1 ? 0.7 : 0.5;
  const auto channel = [&](double shift) {
    const double at = std::fmod(hue + shift, 6.0);
    const double share = std::clamp(std::min(at, 4 - at), 0.0, 1.0);
    return static_cast<std::uint8_t>(std::lround(255 * light * (0.25 + 0.75 * share)));
  };
  return {channel(2), channel(0), channel(4)};
}

}  // namespace

std::vector<Colour> label_colours(int labels, int background) {
  std::vector<Colour> colours;
  int number = 0;
  for (int label = 0; label < std::min(labels, kMostColours); ++label) {
    if (labels == kVocLabels) {
      colours.push_back(voc_colour(label));
    } else if (label == background) {
      colours.push_back({0, 0, 0});
    } else {
      const auto i = static_cast<std::size_t>(number);
      colours.push_back(i < kDistinctColours.size() ? kDistinctColours[i] : further_colour(number));
      ++number;
    }
  }
  return colours;
}

std::vector<std::uint8_t> palette_bytes(const std::vector<Colour>& colours) {
  std::vector<std::uint8_t> bytes;
  for (const Colour& colour : colours) bytes.insert(bytes.end(), {colour.red, colour.green, colour.blue});
  return bytes;
}

}  // namespace fcn::tools

// SPDX-License-Identifier: MIT
// A PPM picture from standard input, for the examples. A program of yours has pictures already.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <fcn/image_view.hpp>
#include <vector>

struct PpmPicture {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> rgb;  ///< height x width x 3

  [[nodiscard]] fcn::ImageView view() const {
    return {.pixels = rgb.data(), .width = width, .height = height, .channels = 3};
  }
};

/// False for anything but a P6 file of 8 bits and at most 20,000 pixels a side.
inline bool read_ppm(PpmPicture& picture) {
  if (std::scanf("P6 %d %d 255%*c", &picture.width, &picture.height) != 2) return false;
  if (picture.width < 1 || picture.width > 20000 || picture.height < 1 || picture.height > 20000)
    return false;
  picture.rgb.resize(3 * static_cast<std::size_t>(picture.width) * static_cast<std::size_t>(picture.height));
  return std::fread(picture.rgb.data(), 1, picture.rgb.size(), stdin) == picture.rgb.size();
}

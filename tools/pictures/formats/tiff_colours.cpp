// SPDX-License-Identifier: MIT
#include "tools/pictures/formats/tiff_colours.hpp"

#include <algorithm>
#include <cstring>

namespace fcn::tools {
namespace {

/// A colour before it was multiplied by its alpha; unknown where that is 0.
std::uint8_t divided(unsigned colour, unsigned alpha) {
  if (alpha == 0) return 0;
  return static_cast<std::uint8_t>(std::min(255 * colour / alpha, 255u));
}

/// a b / 255, rounded.
unsigned product(unsigned a, unsigned b) {
  const unsigned sum = a * b + 128;
  return (sum + (sum >> 8)) >> 8;
}

void set_grey(std::uint8_t value, std::uint8_t* rgb) {
  std::fill_n(rgb, 3, value);
}

}  // namespace

void tiff_samples_to_8_bits(const std::uint8_t* from, std::size_t count, const TiffLayout& layout,
                            std::uint8_t* to) {
  if (layout.bits == 8) {
    std::copy_n(from, count, to);
    return;
  }
  if (layout.bits == 16) {
    for (std::size_t i = 0; i < count; ++i) {
      std::uint16_t value = 0;  // in this machine's byte order
      std::memcpy(&value, from + 2 * i, sizeof value);
      to[i] = static_cast<std::uint8_t>(value >> 8);
    }
    return;
  }
  const unsigned bits = layout.bits, mask = (1u << bits) - 1;
  const unsigned scale = layout.colours == TiffColours::palette ? 1 : 255 / mask;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t bit = i * bits;
    const unsigned value = (from[bit / 8] >> (8 - bits - bit % 8)) & mask;
    to[i] = static_cast<std::uint8_t>(value * scale);
  }
}

void tiff_pixels_to_rgb(const std::uint8_t* from, std::size_t stride, std::size_t pixels,
                        const TiffLayout& layout, std::uint8_t* rgb) {
  for (std::size_t i = 0; i < pixels; ++i, from += stride, rgb += 3) {
    switch (layout.colours) {
      case TiffColours::grey:
        set_grey(layout.premultiplied ? divided(from[0], from[1]) : from[0], rgb);
        break;
      case TiffColours::grey_inverted:
        set_grey(static_cast<std::uint8_t>(255 - from[0]), rgb);
        break;
      case TiffColours::palette:
        std::copy_n(layout.palette[from[0]].begin(), 3, rgb);
        break;
      case TiffColours::cmyk:
        for (std::size_t c = 0; c < 3; ++c) {
          const unsigned light = 255u - from[3];
          rgb[c] = static_cast<std::uint8_t>(light - product(from[c], light));
        }
        break;
      case TiffColours::rgb:
      case TiffColours::ycbcr:
        for (std::size_t c = 0; c < 3; ++c)
          rgb[c] = layout.premultiplied ? divided(from[c], from[3]) : from[c];
        break;
    }
  }
}

}  // namespace fcn::tools

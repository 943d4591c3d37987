// SPDX-License-Identifier: MIT
// How the pixels of a BMP file are stored, from its header. Only kinds that are supported have a layout. Not
// here: decoding (rows/bmp_rows.cpp).
#pragma once

#include <array>
#include <cstdint>

#include "fcn/base/byte_source.hpp"
#include "fcn/limits.hpp"
#include "fcn/result.hpp"

namespace fcn::tools {

struct BmpLayout {
  /// A colour's bits in a pixel of 16 or 32.
  struct Field {
    unsigned shift = 0;
    unsigned largest = 0;  ///< 2^bits - 1; 0 for a colour without bits
  };

  std::uint32_t width = 0;
  std::uint32_t height = 0;
  bool top_down = false;  ///< else the last row stands first
  unsigned bits = 24;     ///< of a pixel: 1, 4, 8, 16, 24, 32
  std::uint64_t pixels_at = 0;
  std::array<Field, 3> fields{};  ///< red, green and blue, where a pixel has 16 or 32 bits
  unsigned colours = 0;           ///< in the palette, where it has 8 or less
  std::array<std::array<std::uint8_t, 3>, 256> palette{};

  [[nodiscard]] std::uint64_t row_bytes() const { return (std::uint64_t{width} * bits + 7) / 8; }
  /// Where the y-th row from the top begins. Rows are padded to multiples of four bytes.
  [[nodiscard]] std::uint64_t row_at(std::uint32_t y) const {
    return pixels_at + (row_bytes() + 3) / 4 * 4 * (top_down ? y : height - 1 - y);
  }
};

/// Reads the header and the palette, and checks that the file holds all rows.
Result<BmpLayout> bmp_layout(const ByteSource& source, const Limits& limits);

}  // namespace fcn::tools

// SPDX-License-Identifier: MIT
// How the pixels of a TIFF's page are stored, from its tags, as far as decoding needs it. Only kinds
// that are supported have a layout.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "fcn/result.hpp"
#include "tools/pictures/formats/tiff_file.hpp"

namespace fcn::tools {

enum class TiffColours { grey, grey_inverted, palette, rgb, cmyk, ycbcr };

struct TiffLayout {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  TiffColours colours = TiffColours::grey;
  unsigned bits = 8;     ///< of a sample: 1, 2, 4, 8, 16
  unsigned samples = 1;  ///< of a pixel, as stored
  bool planes = false;   ///< one sample of all pixels, then the next, rather than pixel by pixel
  /// The alpha that colours were multiplied by stands behind them.
  bool premultiplied = false;
  bool tiled = false;
  std::uint32_t block_width = 0;  ///< of a tile, or of a strip: the picture's
  std::uint32_t block_height = 0;
  std::uint16_t compression = COMPRESSION_NONE;
  bool reversed_bits = false;
  int orientation = 1;
  std::array<std::array<std::uint8_t, 3>, 256> palette{};

  [[nodiscard]] unsigned colour_samples() const {
    return colours == TiffColours::cmyk                                   ? 4
           : colours == TiffColours::rgb || colours == TiffColours::ycbcr ? 3
                                                                          : 1;
  }
  /// Samples of a pixel that are used: its colours, and the alpha where they were multiplied by it.
  [[nodiscard]] unsigned used_samples() const { return colour_samples() + (premultiplied ? 1u : 0u); }
  [[nodiscard]] std::uint64_t row_bytes(std::uint64_t pixels) const {
    return (pixels * bits * (planes ? 1u : samples) + 7) / 8;
  }
  /// YCbCr as it stands is decoded to RGBA by libtiff; JPEG's decoder gives RGB itself.
  [[nodiscard]] bool by_rgba() const { return colours == TiffColours::ycbcr; }
  /// Rows that are decoded together.
  [[nodiscard]] std::uint32_t group_rows() const { return tiled || by_rgba() ? block_height : 1; }
  /// Planes that are read; one if the samples of a pixel are stored together.
  [[nodiscard]] unsigned used_planes() const { return planes ? used_samples() : 1; }
  /// How often the file is open: the strips of planes lie far apart, and each is decoded from its top.
  [[nodiscard]] unsigned readers() const { return tiled ? 1 : used_planes(); }
  /// Whether the planes of a group of rows are put together, pixel by pixel, before they become RGB.
  [[nodiscard]] bool joins_planes() const { return used_planes() == 2 || used_planes() == 4; }
};

/// ErrorCode::unsupported, naming what is not read; limits on sizes are the caller's to check.
Result<TiffLayout> tiff_layout(const TiffFile& file);

}  // namespace fcn::tools

// SPDX-License-Identifier: MIT
#include "tools/draw/png_drawing.hpp"

#include <algorithm>

#include "tools/pictures/png_writer.hpp"

namespace fcn::tools {
namespace {

// High enough that text, which is computed anew for each strip, costs little; low enough to stay in cache.
constexpr int kStripRows = 64;

}  // namespace

Status write_drawing(AtomicFile& file, int width, int height, const Limits& limits, const Painter& paint) {
  auto strip = make_picture(width, std::min(height, kStripRows), limits);
  if (!strip) return strip.error();
  const auto row = [&](int y) -> const std::uint8_t* {
    const int within = y % kStripRows;
    if (within == 0)
      paint({width, y, std::min(y + kStripRows, height), strip->row(0),
             static_cast<std::ptrdiff_t>(strip->row_bytes())});
    return strip->row(within);
  };
  return write_png(file, width, height, PngPixels::rgb, row);
}

std::uint64_t drawing_bytes(std::int64_t width, std::int64_t height) {
  return 3 * static_cast<std::uint64_t>(width) *
         static_cast<std::uint64_t>(std::min<std::int64_t>(height, kStripRows));
}

}  // namespace fcn::tools

// SPDX-License-Identifier: MIT
// The outer border of a component in a binary picture: Suzuki and Abe, "Topological Structural Analysis of
// Digitized Binary Images by Border Following", 1985, as OpenCV's findContours follows it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tools/runs/region.hpp"
#include "tools/shell/counted_memory.hpp"

namespace fcn::tools {

/// A bit for each pixel; none set outside the picture.
class BitMask {
 public:
  BitMask(int width, int height)
      : width_(width),
        height_(height),
        words_(words_a_row(width)),
        bits_(words_ * static_cast<std::size_t>(height)) {}
  static std::uint64_t bytes(std::int64_t width, std::int64_t height) {
    return sizeof(std::uint64_t) * words_a_row(width) * static_cast<std::uint64_t>(height);
  }

  void clear() { bits_.assign(bits_.size(), 0); }
  /// Sets pixels begin <= x < end of row y.
  void set(int y, int begin, int end) {
    for (int x = begin; x < end; ++x) bits_[word(x, y)] |= std::uint64_t{1} << (x % 64);
  }
  [[nodiscard]] bool at(int x, int y) const {
    return x >= 0 && y >= 0 && x < width_ && y < height_ && ((bits_[word(x, y)] >> (x % 64)) & 1) != 0;
  }

 private:
  static std::size_t words_a_row(std::int64_t width) { return (static_cast<std::size_t>(width) + 63) / 64; }
  [[nodiscard]] std::size_t word(int x, int y) const {
    return static_cast<std::size_t>(y) * words_ + static_cast<std::size_t>(x) / 64;
  }

  int width_;
  int height_;
  std::size_t words_;
  CountedVector<std::uint64_t> bits_;
};

/// From `first`, which must be the first pixel, row by row, of its component. As cv2.findContours gives it
/// with CHAIN_APPROX_SIMPLE.
std::vector<ContourPoint> outer_contour(const BitMask& mask, ContourPoint first);

}  // namespace fcn::tools

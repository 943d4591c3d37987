// SPDX-License-Identifier: MIT
// The outer border of a component in a binary picture: Suzuki and Abe, "Topological Structural Analysis of
// Digitized Binary Images by Border Following", 1985, as OpenCV's findContours follows it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "fcn/base/memory_count.hpp"
#include "fcn/base/system_memory.hpp"
#include "fcn/maps/placed_map.hpp"
#include "fcn/result.hpp"

namespace fcn::inline FCN_ABI {
namespace maps {

/// A pixel of a contour.
struct ContourPoint {
  int x = 0;  ///< from the left of the picture
  int y = 0;  ///< from the top
  /// Whether it is the same pixel.
  friend bool operator==(const ContourPoint&, const ContourPoint&) = default;
};

namespace detail {

struct ReleaseWords {
  std::size_t bytes = 0;
  void operator()(std::uint64_t* words) const { release_zeroed(words, bytes); }
};

/// A bit for each pixel, counted by MemoryCount; none is set outside the picture.
class BitMask {
 public:
  /// ErrorCode::out_of_memory if there is no room for it. Both sides must be positive.
  static Result<BitMask> create(Size size);
  static std::uint64_t bytes(Size size) {
    return sizeof(std::uint64_t) * words_a_row(size.width) * static_cast<std::uint64_t>(size.height);
  }

  void clear();
  /// Sets pixels begin <= x < end of row y.
  void set(int y, int begin, int end) {
    for (int x = begin; x < end; ++x) words_.get()[word(x, y)] |= std::uint64_t{1} << (x % 64);
  }
  [[nodiscard]] bool at(int x, int y) const {
    return x >= 0 && y >= 0 && x < size_.width && y < size_.height &&
           ((words_.get()[word(x, y)] >> (x % 64)) & 1) != 0;
  }

 private:
  static std::size_t words_a_row(int width) { return (static_cast<std::size_t>(width) + 63) / 64; }
  [[nodiscard]] std::size_t word(int x, int y) const {
    return static_cast<std::size_t>(y) * words_a_row(size_.width) + static_cast<std::size_t>(x) / 64;
  }

  Size size_;
  std::unique_ptr<std::uint64_t, ReleaseWords> words_;
  CountedBytes counted_;
};

/// From `first`, which must be the first pixel, row by row, of its component. As cv2.findContours gives it
/// with CHAIN_APPROX_SIMPLE.
std::vector<ContourPoint> outer_contour(const BitMask& mask, ContourPoint first);

}  // namespace detail
}  // namespace maps
}  // namespace fcn::inline FCN_ABI

#ifndef FCN_COMPILED
#include "fcn/maps/contour_inl.hpp"
#endif

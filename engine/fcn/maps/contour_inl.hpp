// SPDX-License-Identifier: MIT
// Definitions of contour.hpp.
#pragma once

#include <array>
#include <cstring>
#include <string>

#include "fcn/maps/contour.hpp"

namespace fcn::inline FCN_ABI {
namespace maps::detail {

FCN_INLINE Result<BitMask> BitMask::create(Size size) {
  const std::uint64_t needed = bytes(size);
  auto* const words = static_cast<std::uint64_t*>(allocate_zeroed(static_cast<std::size_t>(needed)));
  if (words == nullptr)
    return Error{ErrorCode::out_of_memory, "no memory for a mask of " + std::to_string(needed) + " bytes",
                 ""};
  BitMask mask;
  mask.size_ = size;
  mask.words_ = {words, ReleaseWords{static_cast<std::size_t>(needed)}};
  mask.counted_ = CountedBytes(static_cast<std::size_t>(needed));
  return mask;
}

FCN_INLINE void BitMask::clear() {
  std::memset(words_.get(), 0, static_cast<std::size_t>(bytes(size_)));
}

// Directions counter-clockwise as one sees them, from the right: y points down.
inline constexpr std::array<ContourPoint, 8> kSteps = {
    {{1, 0}, {1, -1}, {0, -1}, {-1, -1}, {-1, 0}, {-1, 1}, {0, 1}, {1, 1}}};
inline constexpr unsigned kLeft = 4;

FCN_INLINE ContourPoint neighbour(ContourPoint from, unsigned direction) {
  const ContourPoint step = kSteps[direction % 8];
  return {from.x + step.x, from.y + step.y};
}

/// The first direction, in steps of `turn` after `from`, that leads to a pixel of the mask.
FCN_INLINE unsigned next_direction(const BitMask& mask, ContourPoint at, unsigned from, unsigned turn) {
  unsigned direction = from;
  for (int tried = 0; tried < 8; ++tried) {
    direction = (direction + turn) % 8;
    const ContourPoint next = neighbour(at, direction);
    if (mask.at(next.x, next.y)) break;
  }
  return direction;
}

FCN_INLINE std::vector<ContourPoint> outer_contour(const BitMask& mask, ContourPoint first) {
  constexpr unsigned kClockwise = 7, kCounterClockwise = 1;  // modulo 8
  // Left of the first pixel there is none: the border closes where this looks clockwise from there.
  const unsigned closing = next_direction(mask, first, kLeft, kClockwise);
  const ContourPoint last = neighbour(first, closing);
  if (!mask.at(last.x, last.y)) return {first};  // alone
  std::vector<ContourPoint> contour;
  ContourPoint at = first;
  unsigned came_from = closing;          // direction to the pixel before
  unsigned heading = (closing + 4) % 8;  // direction of the step before
  for (;;) {
    const unsigned direction = next_direction(mask, at, came_from, kCounterClockwise);
    if (direction != heading) contour.push_back(at);
    heading = direction;
    const ContourPoint next = neighbour(at, direction);
    if (next == first && at == last) return contour;
    at = next;
    came_from = (direction + 4) % 8;
  }
}

}  // namespace maps::detail
}  // namespace fcn::inline FCN_ABI

// SPDX-License-Identifier: MIT
#include "tools/runs/contour.hpp"

#include <array>

namespace fcn::tools {
namespace {

// Directions counter-clockwise as one sees them, from the right: y points down.
constexpr std::array<ContourPoint, 8> kSteps = {
    {{1, 0}, {1, -1}, {0, -1}, {-1, -1}, {-1, 0}, {-1, 1}, {0, 1}, {1, 1}}};
constexpr unsigned kLeft = 4;

ContourPoint neighbour(ContourPoint from, unsigned direction) {
  const ContourPoint step = kSteps[direction % 8];
  return {from.x + step.x, from.y + step.y};
}

/// The first direction, in steps of `turn` after `from`, that leads to a pixel of the mask.
unsigned next_direction(const BitMask& mask, ContourPoint at, unsigned from, unsigned turn) {
  unsigned direction = from;
  for (int tried = 0; tried < 8; ++tried) {
    direction = (direction + turn) % 8;
    const ContourPoint next = neighbour(at, direction);
    if (mask.at(next.x, next.y)) break;
  }
  return direction;
}

}  // namespace

std::vector<ContourPoint> outer_contour(const BitMask& mask, ContourPoint first) {
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

}  // namespace fcn::tools

// SPDX-License-Identifier: MIT
// A contour turns counter-clockwise around its region. At each pixel, the neighbours that lie between the one
// it comes from and the one it goes to, in that sense, are outside: towards them the pixel shows an edge.
#include "tools/outputs/regions/region_outline.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <unordered_map>

namespace fcn::tools {
namespace {

// Directions, counter-clockwise as seen: even ones lead over an edge.
constexpr int kDirections = 8;
constexpr int kStepX[kDirections] = {0, -1, -1, -1, 0, 1, 1, 1};
constexpr int kStepY[kDirections] = {-1, -1, 0, 1, 1, 1, 0, -1};

int sign(int value) {
  return (value > 0 ? 1 : 0) - (value < 0 ? 1 : 0);
}

int direction(const maps::ContourPoint& from, const maps::ContourPoint& to) {
  const int x = sign(to.x - from.x), y = sign(to.y - from.y);
  int found = 0;
  while (kStepX[found] != x || kStepY[found] != y) ++found;
  return found;
}

/// The corners of all edges in turn; those of a straight stretch only at its ends.
class Outline {
 public:
  /// The edges of a pixel that lie behind direction `from` and before `to`; if these are the same, all but
  /// the one that leads there.
  void add_edges(const maps::ContourPoint& pixel, int from, int to) {
    int at = from;
    do {
      at = (at + 1) % kDirections;
      if (at == to) break;
      if (at % 2 == 0) add_edge(pixel, at);
    } while (at != from);
  }
  void add_edge(const maps::ContourPoint& pixel, int towards) {
    if (towards != last_ && last_ >= 0) corners_.push_back(at_);
    if (last_ < 0) first_ = towards;
    last_ = towards;
    // Where the edge ends: the upper, left, lower and right one of a pixel.
    at_ = {pixel.x + (towards == 4 || towards == 6 ? 1 : 0),
           pixel.y + (towards == 2 || towards == 4 ? 1 : 0)};
  }
  [[nodiscard]] std::vector<PixelCorner> take() {
    if (last_ != first_) corners_.push_back(at_);
    return std::move(corners_);
  }

 private:
  std::vector<PixelCorner> corners_;
  PixelCorner at_;
  int last_ = -1;
  int first_ = -1;
};

std::uint64_t key_of(const PixelCorner& corner) {
  return std::uint64_t{static_cast<std::uint32_t>(corner.y)} << 32 | static_cast<std::uint32_t>(corner.x);
}

/// Where an outline comes back to a corner, what lies in between is a ring of its own.
std::vector<std::vector<PixelCorner>> split(const std::vector<PixelCorner>& outline) {
  std::vector<std::vector<PixelCorner>> rings;
  std::vector<PixelCorner> open;
  std::unordered_map<std::uint64_t, std::size_t> place;
  for (const PixelCorner& corner : outline) {
    const auto [known, fresh] = place.emplace(key_of(corner), open.size());
    if (!fresh) {
      const auto begin = open.begin() + static_cast<std::ptrdiff_t>(known->second);
      rings.emplace_back(begin, open.end());
      for (auto left = begin + 1; left != open.end(); ++left) place.erase(key_of(*left));
      open.erase(begin + 1, open.end());
      continue;
    }
    open.push_back(corner);
  }
  if (!open.empty()) rings.push_back(std::move(open));
  return rings;
}

}  // namespace

std::vector<std::vector<PixelCorner>> region_outline(std::span<const maps::ContourPoint> contour) {
  Outline outline;
  if (contour.size() == 1) {
    for (const int towards : {0, 2, 4, 6}) outline.add_edge(contour[0], towards);
    return split(outline.take());
  }
  for (std::size_t i = 0; i < contour.size(); ++i) {
    const maps::ContourPoint& before = contour[(i + contour.size() - 1) % contour.size()];
    const maps::ContourPoint& after = contour[(i + 1) % contour.size()];
    maps::ContourPoint pixel = contour[i];
    const int to = direction(pixel, after), back = (to + kDirections / 2) % kDirections;
    outline.add_edges(pixel, direction(pixel, before), to);
    for (;;) {  // the pixels of the straight stretch up to the next point
      pixel.x += kStepX[to];
      pixel.y += kStepY[to];
      if (pixel == after) break;
      outline.add_edges(pixel, back, to);
    }
  }
  return split(outline.take());
}

}  // namespace fcn::tools

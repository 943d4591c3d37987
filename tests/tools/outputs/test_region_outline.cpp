// SPDX-License-Identifier: MIT
// Outlines of random regions: simple rings whose inside is the region with its holes filled, told by counting
// crossings pixel by pixel.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <utility>
#include <vector>

#include "fcn/maps/regions.hpp"
#include "tests/maps/small_map.hpp"
#include "tools/outputs/regions/region_outline.hpp"

using namespace fcn;
using namespace fcn::tools;

namespace {

using Ring = std::vector<PixelCorner>;
using Pixels = std::vector<std::vector<int>>;

/// The component of 8-connected ones at (x, y), and all that it surrounds: what the outside cannot reach.
Pixels filled(const Pixels& picture, int x, int y) {
  const int height = static_cast<int>(picture.size()), width = static_cast<int>(picture[0].size());
  Pixels mark(picture.size() + 2, std::vector<int>(picture[0].size() + 2, 0));
  const auto one = [&](int px, int py) {
    return px >= 0 && py >= 0 && px < width && py < height &&
           picture[static_cast<std::size_t>(py)][static_cast<std::size_t>(px)] != 0;
  };
  const auto at = [&](int px, int py) -> int& {
    return mark[static_cast<std::size_t>(py + 1)][static_cast<std::size_t>(px + 1)];
  };
  std::vector<std::pair<int, int>> left = {{x, y}};
  at(x, y) = 1;
  while (!left.empty()) {
    const auto [px, py] = left.back();
    left.pop_back();
    for (int dy = -1; dy <= 1; ++dy)
      for (int dx = -1; dx <= 1; ++dx)
        if (one(px + dx, py + dy) && at(px + dx, py + dy) == 0) {
          at(px + dx, py + dy) = 1;
          left.emplace_back(px + dx, py + dy);
        }
  }
  left = {{-1, -1}};
  at(-1, -1) = 2;
  while (!left.empty()) {
    const auto [px, py] = left.back();
    left.pop_back();
    for (const auto& [dx, dy] : {std::pair{-1, 0}, {1, 0}, {0, -1}, {0, 1}}) {
      const int nx = px + dx, ny = py + dy;
      if (nx < -1 || ny < -1 || nx > width || ny > height || at(nx, ny) != 0) continue;
      at(nx, ny) = 2;
      left.emplace_back(nx, ny);
    }
  }
  Pixels inside(picture.size(), std::vector<int>(picture[0].size(), 0));
  for (int py = 0; py < height; ++py)
    for (int px = 0; px < width; ++px)
      inside[static_cast<std::size_t>(py)][static_cast<std::size_t>(px)] = at(px, py) != 2 ? 1 : 0;
  return inside;
}

/// How often the rings cross the line from a pixel's centre to the left, each counted by its direction.
int winding(const std::vector<Ring>& rings, int x, int y) {
  int turns = 0;
  for (const Ring& ring : rings)
    for (std::size_t i = 0; i < ring.size(); ++i) {
      const PixelCorner &a = ring[i], &b = ring[(i + 1) % ring.size()];
      if (a.x != b.x || a.x > x) continue;
      if (a.y <= y && b.y > y) ++turns;
      if (b.y <= y && a.y > y) --turns;
    }
  return turns;
}

void check_rings(const std::vector<Ring>& rings) {
  for (const Ring& ring : rings) {
    CHECK(ring.size() >= 4);
    std::set<std::pair<int, int>> corners;
    for (std::size_t i = 0; i < ring.size(); ++i) {
      const PixelCorner &a = ring[i], &b = ring[(i + 1) % ring.size()], &c = ring[(i + 2) % ring.size()];
      CHECK((a.x == b.x) != (a.y == b.y));
      CHECK((a.x == b.x) == (b.y == c.y));  // it turns at each corner
      CHECK(corners.emplace(a.x, a.y).second);
    }
  }
}

}  // namespace

TEST_CASE("an outline surrounds its region's pixels, each once") {
  std::minstd_rand random(5);
  std::size_t split = 0;
  for (int round = 0; round < 300; ++round) {
    const int height = 1 + static_cast<int>(random() % 12), width = 1 + static_cast<int>(random() % 14);
    const auto share = static_cast<unsigned>(15 + random() % 75);
    Pixels picture(static_cast<std::size_t>(height), std::vector<int>(static_cast<std::size_t>(width)));
    std::vector<float> scores;
    for (int y = 0; y < height; ++y)
      for (int x = 0; x < width; ++x) {
        const bool one = random() % 100 < share;
        picture[static_cast<std::size_t>(y)][static_cast<std::size_t>(x)] = one ? 1 : 0;
        scores.push_back(one ? 1.0F : 0.0F);
      }
    const ScoreMap map = fcn::test::small_map(height, width, {scores});
    // As many pixels as cells: stretched, they are the same.
    const std::vector<int> classes = {0};
    const auto regions =
        maps::find_regions(map, classes, {width, height},
                           {.threshold = 0.5, .placement = maps::Placement::stretch, .contours = true});
    REQUIRE(regions);
    for (const maps::Region& region : *regions) {
      CAPTURE(round, width, height, region.x, region.y);
      const auto rings = region_outline(region.contour);
      check_rings(rings);
      split += rings.size() > 1 ? 1u : 0u;
      const Pixels inside = filled(picture, region.contour[0].x, region.contour[0].y);
      int wrong = 0;
      for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
          wrong += winding(rings, x, y) != inside[static_cast<std::size_t>(y)][static_cast<std::size_t>(x)]
                       ? 1
                       : 0;
      CHECK(wrong == 0);
    }
  }
  CHECK(split > 100);
}

TEST_CASE("a pixel and a line have outlines with corners of their own") {
  using maps::ContourPoint;
  const std::vector<ContourPoint> pixel = {{3, 5}};
  REQUIRE(region_outline(pixel).size() == 1);
  CHECK(region_outline(pixel)[0] == Ring{{3, 5}, {3, 6}, {4, 6}, {4, 5}});
  const std::vector<ContourPoint> line = {{3, 5}, {6, 5}};
  REQUIRE(region_outline(line).size() == 1);
  CHECK(region_outline(line)[0].size() == 4);
  const std::vector<ContourPoint> diagonal = {{0, 0}, {2, 2}};
  CHECK(region_outline(diagonal).size() == 3);
}

// SPDX-License-Identifier: MIT
// Maps on pictures, against OpenCV 4.6 (region_expectations.inc) and by hand.
#include <bit>
#include <catch2/catch.hpp>
#include <cmath>

#include "fcn/maps/placed_map.hpp"
#include "tests/maps/region_case.hpp"
#include "tests/maps/small_map.hpp"

using namespace fcn;
using namespace fcn::maps;
using namespace fcn::test;

TEST_CASE("a stretched map is cv2.resize's to the bit") {
  for (const RegionCase& expected : kRegionCases) {
    CAPTURE(expected.seed, expected.rows, expected.cols, expected.height, expected.width);
    const ScoreMap map = expected.map();
    const Size size{expected.width, expected.height};
    const PlacedAxes axes = PlacedAxes::create(Placement::stretch, map, size, size);
    PlacedMap placed(map, 0, axes);
    Fnv stretched;
    for (int y = 0; y < expected.height; ++y) {
      const float* const row = placed.row(y);
      for (int x = 0; x < expected.width; ++x) stretched.add(std::bit_cast<std::int32_t>(row[x]));
    }
    CHECK(stretched.value() == expected.stretched_hash);
  }
}

TEST_CASE("a placed map has each cell's score at its centre, and lines between") {
  const ScoreMap map = bag_and_boot();  // centres at 32, 64 and 96 by 32 and 64, on 160 x 128
  const Size size{160, 128};
  const PlacedAxes axes = PlacedAxes::create(Placement::centers, map, size, size);
  CHECK(axes.x.begin == 16);
  CHECK(axes.x.end == 112);
  CHECK(axes.y.begin == 16);
  CHECK(axes.y.end == 80);
  PlacedMap placed(map, 2, axes);
  for (int row = 0; row < 2; ++row)
    for (int col = 0; col < 3; ++col) CHECK(placed.row(32 + 32 * row)[32 + 32 * col] == map.at(2, row, col));
  // Halfway between 0.5 and 0.9; a quarter of the way down from 0.1 to 0.9; beyond the outermost centres.
  // Each of the operations on values below 1 rounds by at most 2^-25.
  CHECK(placed.row(64)[48] == Approx(0.7).margin(1e-7));
  CHECK(placed.row(40)[64] == Approx(0.3).margin(1e-7));
  CHECK(placed.row(127)[20] == 0.5F);
  CHECK(placed.row(0)[0] == 0.0F);
  CHECK(placed.row(64)[64] == 0.9F);  // backwards, too
}

TEST_CASE("a drawing of another size shows the same places") {
  const ScoreMap map = bag_and_boot();
  const Size size{160, 128};
  const PlacedAxes large = PlacedAxes::create(Placement::centers, map, size, {480, 384});
  CHECK(large.x.begin == 49);
  CHECK(large.x.end == 337);
  CHECK(large.x.nearest(3 * 64 + 1) == 1);
  CHECK(large.x.places[3 * 64 + 1].share == 0);
  const PlacedAxes small = PlacedAxes::create(Placement::centers, map, size, {40, 32});
  CHECK(small.x.begin == 4);
  CHECK(small.x.end == 28);
}

TEST_CASE("a map of one cell is that cell everywhere, one of a row varies along it only") {
  const ScoreMap one = small_map(1, 1, {{0.25F}});
  const ScoreMap line = small_map(1, 3, {{0.0F, 1.0F, 0.0F}});
  const Size size{96, 40};
  for (const Placement placement : {Placement::centers, Placement::stretch}) {
    const PlacedAxes axes = PlacedAxes::create(placement, one, size, size);
    PlacedMap placed(one, 0, axes);
    for (const int y : {0, 17, 39})
      for (const int x : {0, 50, 95}) CHECK(placed.row(y)[x] == 0.25F);
    const PlacedAxes line_axes = PlacedAxes::create(placement, line, size, size);
    PlacedMap placed_line(line, 0, line_axes);
    for (int x = 0; x < 96; ++x) {
      const float top = placed_line.row(0)[x];
      CHECK(placed_line.row(39)[x] == top);
    }
  }
}

TEST_CASE("a score that is no number spreads to its neighbours' centres and no further") {
  const float nan = std::nanf("");
  const ScoreMap map = small_map(1, 3, {{nan, 0.5F, 0.75F}});
  const Size size{160, 64};
  const PlacedAxes axes = PlacedAxes::create(Placement::centers, map, size, size);
  PlacedMap placed(map, 0, axes);
  const float* const row = placed.row(32);
  for (int x = 0; x < 64; ++x) CHECK(std::isnan(row[x]));
  for (int x = 64; x < 160; ++x) CHECK_FALSE(std::isnan(row[x]));
  CHECK(row[96] == 0.75F);
}

TEST_CASE("a map without cells knows nothing of any pixel") {
  const ScoreMap empty;
  for (const Placement placement : {Placement::centers, Placement::stretch}) {
    const PlacedAxes axes = PlacedAxes::create(placement, empty, {5, 4}, {5, 4});
    CHECK(axes.x.begin == axes.x.end);
    CHECK(axes.y.begin == axes.y.end);
    PlacedMap placed(empty, 0, axes);
    for (int x = 0; x < 5; ++x) CHECK(std::isnan(placed.row(3)[x]));
  }
  const PlacedAxes nowhere = PlacedAxes::create(Placement::centers, bag_and_boot(), {0, 0}, {0, -1});
  CHECK(nowhere.x.places.empty());
  CHECK(nowhere.y.places.empty());
}

// SPDX-License-Identifier: MIT
// The winners of pixels, against ScoreMap::winner() of the nearest centre.
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "fcn/maps/argmax.hpp"
#include "tests/maps/small_map.hpp"

using namespace fcn;
using namespace fcn::maps;
using namespace fcn::test;

TEST_CASE("each pixel within half a cell of a centre is won by the class of that cell") {
  const ScoreMap map = bag_and_boot();
  const Size size{160, 128};
  const PlacedAxes axes = PlacedAxes::create(Placement::centers, map, size, size);
  ArgmaxRows rows(map, axes);
  for (int y = 0; y < size.height; ++y) {
    const int* const ids = rows.row(y);
    for (int x = 0; x < size.width; ++x) {
      int expected = ArgmaxRows::kNone;
      if (x >= 16 && x < 112 && y >= 16 && y < 80)
        expected = map.winner((y - 16) / 32, (x - 16) / 32).value_or(ArgmaxRows::kNone);
      CAPTURE(x, y);
      CHECK(ids[x] == expected);
    }
  }
  CHECK(rows.row(32)[64] == 1);  // backwards, too
  CHECK(rows.row(64)[64] == 2);
}

TEST_CASE("a stretched map has equal shares, and the background wins nothing") {
  const ScoreMap map =
      small_map(1, 4, {{0.9F, 0.1F, 0.1F, 0.9F}, {0.1F, 0.8F, 0.2F, 0.0F}, {0.0F, 0.1F, 0.7F, 0.1F}});
  const Size size{8, 2};
  const PlacedAxes axes = PlacedAxes::create(Placement::stretch, map, size, size);
  ArgmaxRows rows(map, axes);
  const int* const ids = rows.row(1);
  CHECK(std::vector<int>(ids, ids + 8) == std::vector<int>{-1, -1, 1, 1, 2, 2, -1, -1});
}

TEST_CASE("nothing wins a cell without numbers, nor a map without cells") {
  const float nan = std::nanf("");
  const ScoreMap map = small_map(1, 1, {{nan}, {nan}});
  const Size size{64, 64};
  const PlacedAxes axes = PlacedAxes::create(Placement::centers, map, size, size);
  CHECK(ArgmaxRows(map, axes).row(32)[32] == ArgmaxRows::kNone);
  const ScoreMap empty;
  const PlacedAxes no_axes = PlacedAxes::create(Placement::stretch, empty, size, size);
  CHECK(ArgmaxRows(empty, no_axes).row(32)[32] == ArgmaxRows::kNone);
}

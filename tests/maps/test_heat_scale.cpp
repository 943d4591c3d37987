// SPDX-License-Identifier: MIT
// Scales of heat, by hand.
#include <catch2/catch.hpp>
#include <cmath>

#include "fcn/maps/heat_scale.hpp"
#include "tests/maps/small_map.hpp"

using namespace fcn;
using namespace fcn::maps;
using namespace fcn::test;

TEST_CASE("probabilities are shown from 0 to 1, logits from their lowest to their highest") {
  const HeatScale fixed = heat_scale(bag_and_boot(), 1);
  CHECK(fixed.low == 0);
  CHECK(fixed.high == 1);
  const float nan = std::nanf("");
  const ScoreMap logits =
      small_map(1, 4, {{nan, -2, 6, 2}, {3, 3, 3, 3}, {nan, nan, nan, nan}}, ScoreKind::logits);
  const HeatScale scale = heat_scale(logits, 0);
  CHECK(scale.low == -2);
  CHECK(scale.high == 6);
  CHECK(scale.heat(2) == 0.5);
  CHECK(scale.heat(-2) == 0);
  CHECK(scale.heat(6) == 1);
  CHECK(heat_scale(logits, 1).heat(3) == 0);  // all the same
  CHECK(heat_scale(logits, 2).high == 1);     // no number at all
}

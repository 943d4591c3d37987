// SPDX-License-Identifier: MIT
// Fusing maps against a float64 sum of hat functions (naive_fusion.hpp), and what cannot be fused.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <random>
#include <vector>

#include "tests/maps/naive_fusion.hpp"

using namespace fcn;
using namespace fcn::maps;
using namespace fcn::test;

namespace {

MapGeometry geometry_of(const NaiveMap& map) {
  return {map.y, map.x, {8, 8}};
}

ScoreMap score_map(const NaiveMap& map, ScoreKind kind) {
  auto made = ScoreMap::create({map.classes, map.rows, map.cols}, kind, geometry_of(map), 0);
  REQUIRE(made);
  for (int row = 0; row < map.rows; ++row)
    for (int col = 0; col < map.cols; ++col)
      for (int id = 0; id < map.classes; ++id)
        made->cell(row, col)[id] = static_cast<float>(map.at(id, row, col));
  return *std::move(made);
}

/// `scale` cells a unit of length, over about the same area as every other.
NaiveMap random_map(std::minstd_rand& bits, int rows, int cols, double stride, double first) {
  NaiveMap map{4, rows, cols, {stride, first, 9}, {stride * 1.01, first - 0.3, 9}, {}};
  std::uniform_real_distribution<float> score(-2, 2);
  map.scores.resize(static_cast<std::size_t>(4 * rows * cols));
  for (float& value : map.scores) value = score(bits);
  return map;
}

}  // namespace

TEST_CASE("maps are fused as hat functions say, in their cells' areas and no further") {
  const auto seed = GENERATE(range(1U, 6U));
  const Fuse fuse = GENERATE(Fuse::max, Fuse::mean);
  const ScoreKind kind = GENERATE(ScoreKind::probabilities, ScoreKind::logits);
  CAPTURE(seed, fuse == Fuse::mean, kind == ScoreKind::logits);
  std::minstd_rand bits(seed);
  // The finest; a coarser one that ends within it; one of a row, one of a cell; one whose cells lie on cells.
  const std::vector<NaiveMap> all = {random_map(bits, 9, 13, 3, 2), random_map(bits, 4, 5, 5.3, 5),
                                     random_map(bits, 1, 3, 7, 9), random_map(bits, 1, 1, 12, 14),
                                     random_map(bits, 3, 5, 6, 2)};
  ScoreMap fused;
  const ScoreMap first = score_map(all[0], kind);
  auto fusion = MapFusion::begin(fuse, first, geometry_of(all[0]), fused);
  REQUIRE(fusion);
  for (std::size_t i = 1; i < all.size(); ++i)
    REQUIRE(fusion->add(score_map(all[i], kind), geometry_of(all[i])));
  fusion->finish();

  // One rounding a map, then one for each addition and the division, of values up to 5 x 2.
  constexpr double kTolerance = 10 * 10 * 6e-8;
  for (int id = 0; id < 4; ++id) {
    float best = 0;
    for (int row = 0; row < 9; ++row)
      for (int col = 0; col < 13; ++col) {
        CAPTURE(id, row, col);
        CHECK(std::abs(static_cast<double>(fused.at(id, row, col)) - fused_truth(all, fuse, id, row, col)) <=
              kTolerance);
        double sum = 0;
        for (int other = 0; other < 4; ++other)
          sum += std::exp(static_cast<double>(fused.at(other, row, col) - fused.at(id, row, col)));
        best =
            std::max(best, kind == ScoreKind::logits ? static_cast<float>(1 / sum) : fused.at(id, row, col));
      }
    CHECK(fused.peak(id).probability == Approx(best).epsilon(1e-6));
  }
}

TEST_CASE("a coarse map's border is not spread beyond its cells") {
  std::minstd_rand bits(1);
  NaiveMap fine = random_map(bits, 1, 11, 1, 0), coarse = random_map(bits, 1, 1, 4, 5);
  fine.x = {1, 0, 1};
  coarse.x = {4, 5, 1};
  coarse.y = fine.y;
  std::fill(fine.scores.begin(), fine.scores.end(), 0.0F);
  std::fill(coarse.scores.begin(), coarse.scores.end(), 1.0F);
  ScoreMap fused;
  auto fusion =
      MapFusion::begin(Fuse::max, score_map(fine, ScoreKind::probabilities), geometry_of(fine), fused);
  REQUIRE(fusion);
  REQUIRE(fusion->add(score_map(coarse, ScoreKind::probabilities), geometry_of(coarse)));
  fusion->finish();
  for (int col = 0; col < 11; ++col) CHECK(fused.at(0, 0, col) == (col >= 3 && col <= 7 ? 1 : 0));
}

TEST_CASE("maps without scores, of other classes, kinds or strides are refused") {
  std::minstd_rand bits(1);
  const NaiveMap fine = random_map(bits, 2, 3, 1, 0);
  const ScoreMap first = score_map(fine, ScoreKind::probabilities);
  ScoreMap fused;
  const auto code = [](const auto& result) {
    return result ? std::nullopt : std::optional(result.error().code);
  };
  CHECK(code(MapFusion::begin(Fuse::max, ScoreMap(), geometry_of(fine), fused)) ==
        ErrorCode::invalid_argument);
  MapGeometry still = geometry_of(fine);
  still.x.stride = 0;
  CHECK(code(MapFusion::begin(Fuse::max, first, still, fused)) == ErrorCode::invalid_argument);
  auto fusion = MapFusion::begin(Fuse::mean, first, geometry_of(fine), fused);
  REQUIRE(fusion);
  CHECK(code(fusion->add(first, still)) == ErrorCode::invalid_argument);
  CHECK(code(fusion->add(ScoreMap(), geometry_of(fine))) == ErrorCode::invalid_argument);
  CHECK(code(fusion->add(score_map(fine, ScoreKind::logits), geometry_of(fine))) ==
        ErrorCode::invalid_argument);
  const auto other = ScoreMap::create({2, 1, 1}, ScoreKind::probabilities, geometry_of(fine), 0);
  CHECK(code(fusion->add(*other, geometry_of(fine))) == ErrorCode::invalid_argument);
  // None of them has left a trace.
  fusion->finish();
  for (int row = 0; row < 2; ++row)
    for (int col = 0; col < 3; ++col)
      for (int id = 0; id < 4; ++id) CHECK(fused.at(id, row, col) == first.at(id, row, col));
}

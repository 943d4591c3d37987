// SPDX-License-Identifier: MIT
// Networks whose branches meet on some sizes only: which sizes are found, and that a picture runs as if its
// edge pixels had gone on to the next of them, with the map that its own pixels give.
#include "fcn/graph/padded_size.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "fcn/kernels/select.hpp"
#include "fcn/run/plan.hpp"
#include "fcn/session.hpp"
#include "tests/engine/random_network.hpp"

namespace fcn::test {
namespace {

/// A feature pyramid in small: every fourth size fits.
Graph pyramid() {
  Random random(3);
  Graph g;
  g.append("input", Input{3}, {});
  const NodeId fine = g.append("fine", random_conv(random, 3, 6, 3, 2, 1), {0});
  NodeId coarse = g.append("coarse", MaxPool{{2, 2}, {2, 2}, {1, 1}, {}, false}, {fine});
  Resize twice;
  twice.up = {2, 2};
  coarse = g.append("enlarged", twice, {coarse});
  const NodeId both = g.append("both", Add{}, {fine, coarse});
  const NodeId pool = g.append("pool", AveragePool{{8, 8}, {1, 1}, {}, false, true}, {both});
  g.append("head", random_conv(random, 6, 4, 1, 1, 0), {pool});
  return g;
}

Picture padded(const Picture& picture, int height, int width) {
  Random random(1);
  Picture larger(random, height, width, picture.channels);
  auto to = larger.pixels.begin();
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      const int from = std::min(y, picture.height - 1) * picture.width + std::min(x, picture.width - 1);
      to = std::copy_n(picture.pixels.begin() + from * picture.channels, picture.channels, to);
    }
  return larger;
}

}  // namespace

TEST_CASE("the step between sizes that fit is found along each axis") {
  CHECK(find_size_multiple(pyramid(), {3, 16, 16}) == Extent{4, 4});
  CHECK(find_size_multiple(random_fcn(5), {std::get<Input>(random_fcn(5).nodes[0].op).channels, 48, 48}) ==
        Extent{1, 1});
  Graph crossed = pyramid();
  std::get<Resize>(crossed.nodes[3].op).up = {2, 3};
  std::get<Resize>(crossed.nodes[3].op).down = {1, 1};
  CHECK_FALSE(find_size_multiple(crossed, {3, 16, 16}));
}

TEST_CASE("sizes are padded to the next that fits, and cells are those of the picture") {
  CHECK(padded_size({250, 224}, {224, 224}, {32, 32}) == Extent{256, 224});
  CHECK(padded_size({225, 1000}, {224, 224}, {1, 32}) == Extent{225, 224 + 25 * 32});
  CHECK(padded_size({100, 100}, {224, 224}, {32, 32}) == Extent{100, 100});
  const AxisGeometry axis{32, 0, 1};
  CHECK(cells_within(2, axis, 224, 250, 256) == 1);
  CHECK(cells_within(2, axis, 224, 256, 256) == 2);
  CHECK(cells_within(9, axis, 224, 224 + 65, 224 + 96) == 3);
}

TEST_CASE("a picture of any size runs as if its edge pixels went on") {
  ModelInfo info;
  info.window = {16, 16};
  info.size_multiple = {4, 4};
  info.classifier_pool = "pool";
  const int height = GENERATE(16, 17, 19, 20, 41), width = GENERATE(16, 18, 23, 39);
  Random random(static_cast<std::uint32_t>(height * 100 + width));
  const Picture picture(random, height, width, 3);
  const Extent size = padded_size({height, width}, info.window, info.size_multiple);
  const Picture larger = padded(picture, size.y, size.x);
  for (const kernels::KernelTable* table : kernels::supported_tables()) {
    auto model = Model::from_graph(pyramid(), info, {.table = table, .limits = {}});
    REQUIRE(model);
    auto session = Session::create(*model, {.threads = 2, .scores = ScoreKind::logits});
    REQUIRE(session);
    const auto map = session->run(picture.view());
    if (!map) FAIL(map.error().to_string());
    CHECK(session->plan()->padded() == size);
    CHECK(map->rows() == (height - 16) / 2 + 1);
    CHECK(map->cols() == (width - 16) / 2 + 1);
    const auto whole = session->run(larger.view());
    REQUIRE(whole);
    for (int row = 0; row < map->rows(); ++row)
      for (int col = 0; col < map->cols(); ++col)
        for (int c = 0; c < map->classes(); ++c) REQUIRE(map->at(c, row, col) == whole->at(c, row, col));
  }
}

}  // namespace fcn::test

// SPDX-License-Identifier: MIT
// Score maps and sessions: peaks, ranking, background, kinds of scores, and the reuse of memory.
#include "fcn/score_map.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "fcn/kernels/select.hpp"
#include "fcn/run/plan.hpp"
#include "fcn/session.hpp"
#include "tests/engine/random_network.hpp"

namespace fcn::test {
namespace {

ScoreMap map_with_peaks(const std::vector<float>& probabilities, std::optional<int> background) {
  auto map = ScoreMap::create({static_cast<int>(probabilities.size()), 2, 3}, ScoreKind::probabilities, {},
                              background);
  REQUIRE(map);
  for (std::size_t c = 0; c < probabilities.size(); ++c) map->peaks()[c].probability = probabilities[c];
  return *std::move(map);
}

/// A classifier of one channel and `classes` classes: logits = pixel * slope[c] + offset[c], one cell a
/// pixel.
Model pixel_classifier(const std::vector<float>& slopes, const std::vector<float>& offsets,
                       std::optional<int> background, ScoreActivation activation = ScoreActivation::softmax) {
  Graph graph;
  graph.append("input", Input{1}, {});
  Conv conv;
  conv.in_channels = 1;
  conv.out_channels = static_cast<int>(slopes.size());
  conv.weights = slopes;
  conv.bias = offsets;
  graph.append("fc", conv, {0});
  ModelInfo info;
  info.background = background;
  info.activation = activation;
  auto model = Model::from_graph(graph, info, {.table = kernels::find_table("reference"), .limits = {}});
  REQUIRE(model);
  return *std::move(model);
}

}  // namespace

TEST_CASE("classes rank by their peaks, ties by id, never the background") {
  const ScoreMap map = map_with_peaks({0.9f, 0.2f, 0.5f, 0.5f, 0.1f}, 0);
  CHECK(map.predicted() == 2);
  CHECK(map.top(3) == std::vector<int>{2, 3, 1});
  CHECK(map.top(100).size() == 4);
  CHECK(map.top(0).empty());
  CHECK(map_with_peaks({0.9f, 0.2f}, std::nullopt).predicted() == 0);
  CHECK_FALSE(map_with_peaks({1.0f}, 0).predicted());
}

TEST_CASE("a session finds each class's best cell") {
  // Class 1 wins on bright pixels, class 2 on dark ones, class 0 is a background that always has a share.
  const Model model = pixel_classifier({0, 8, -8}, {0, -4, 4}, 0);
  const std::vector<std::uint8_t> pixels{100, 130, 140, 250, 120, 128,  //
                                         90,  30,  110, 250, 10,  127};
  auto session = Session::create(model, {.threads = 2});
  REQUIRE(session);
  auto map = session->run({pixels.data(), 6, 2, 6});
  REQUIRE(map);
  CHECK(map->rows() == 2);
  CHECK(map->cols() == 6);
  CHECK(map->predicted() == 1);                             // 250 is further from the middle than 10
  CHECK((map->peak(1).row == 0 && map->peak(1).col == 3));  // the first of two equals
  CHECK((map->peak(2).row == 1 && map->peak(2).col == 4));
  for (int row = 0; row < 2; ++row)
    for (int col = 0; col < 6; ++col) {
      const double x = pixels[static_cast<std::size_t>(row * 6 + col)] / 255.0;
      const double e[] = {1.0, std::exp(8 * x - 4), std::exp(4 - 8 * x)};
      for (int c = 0; c < 3; ++c)  // the logits are below 4, so a dozen roundings stay below 1e-5
        CHECK(std::abs(map->at(c, row, col) - e[c] / (e[0] + e[1] + e[2])) < 1e-5);
    }
}

TEST_CASE("logits may be kept instead, with the same peaks") {
  const Model model = pixel_classifier({1, -1}, {0.25f, 0}, std::nullopt);
  const std::vector<std::uint8_t> pixels{0, 255, 51};
  auto probabilities = Session::create(model, {.threads = 1})->run({pixels.data(), 3, 1, 3});
  auto logits =
      Session::create(model, {.threads = 1, .scores = ScoreKind::logits})->run({pixels.data(), 3, 1, 3});
  REQUIRE((probabilities && logits));
  CHECK(logits->at(0, 0, 1) == 1.25f);
  CHECK(logits->at(1, 0, 1) == -1.0f);
  for (int c = 0; c < 2; ++c) {
    CHECK(logits->peak(c).probability == probabilities->peak(c).probability);
    CHECK(logits->peak(c).col == probabilities->peak(c).col);
  }
}

TEST_CASE("independent classes each have their own sigmoid, and may all be unlikely") {
  const Model model = pixel_classifier({4, 2}, {-3, -0.5f}, std::nullopt, ScoreActivation::sigmoid);
  const std::vector<std::uint8_t> pixels{0, 51, 255};
  for (const ScoreKind kind : {ScoreKind::probabilities, ScoreKind::logits}) {
    auto session = Session::create(model, {.threads = 2, .scores = kind});
    auto map = session->run({pixels.data(), 3, 1, 3});
    REQUIRE(map);
    CHECK(map->activation() == ScoreActivation::sigmoid);
    for (int col = 0; col < 3; ++col)
      for (int c = 0; c < 2; ++c) {
        const double x = pixels[static_cast<std::size_t>(col)] / 255.0;
        const double logit = c == 0 ? 4 * x - 3 : 2 * x - 0.5;
        const double expected = kind == ScoreKind::logits ? logit : 1 / (1 + std::exp(-logit));
        CHECK(std::abs(map->at(c, 0, col) - expected) < 1e-6);  // a few roundings of numbers below 4
      }
    CHECK(std::abs(map->peak(1).probability - 1 / (1 + std::exp(-1.5))) < 1e-6);
    CHECK(map->predicted() == 1);
    CHECK_FALSE(map->winner(0, 0));
    CHECK_FALSE(map->winner(0, 1));
    CHECK(map->winner(0, 2) == 1);
    if (kind == ScoreKind::probabilities) {
      auto no_second = ScoreMap::create({2, 1, 1}, kind, {}, 1, ScoreActivation::sigmoid);
      no_second->cell(0, 0)[0] = 0.6f;
      no_second->cell(0, 0)[1] = 0.9f;
      CHECK(no_second->winner(0, 0) == 0);  // the background does not compete
    }
    auto dark = session->run({pixels.data(), 2, 1, 2});
    REQUIRE(dark);
    CHECK(dark->top(1) == std::vector<int>{1});
    CHECK_FALSE(dark->predicted());
  }
}

TEST_CASE("one class is there or not, by its sigmoid") {
  const Model model = pixel_classifier({2}, {-1}, std::nullopt, ScoreActivation::sigmoid);
  const std::vector<std::uint8_t> pixels{0, 255};
  auto map = Session::create(model, {.threads = 1})->run({pixels.data(), 2, 1, 2});
  REQUIRE(map);
  CHECK(map->peak(0).col == 1);
  CHECK(std::abs(map->at(0, 0, 0) - 1 / (1 + std::exp(1.0))) < 1e-6);
  CHECK(map->predicted() == 0);
}

TEST_CASE("scores without an activation are what they are, negative ones too") {
  const Model model = pixel_classifier({-1, -2}, {-1, -0.5f}, std::nullopt, ScoreActivation::none);
  const std::vector<std::uint8_t> pixels{51, 255};
  auto map = Session::create(model, {.threads = 1})->run({pixels.data(), 2, 1, 2});
  REQUIRE(map);
  CHECK(map->kind() == ScoreKind::logits);
  CHECK(map->at(0, 0, 0) == map->peak(0).probability);
  CHECK(map->peak(0).col == 0);
  CHECK(std::abs(map->peak(1).probability + 0.9f) < 1e-6f);
  CHECK(map->predicted() == 1);
  CHECK(map->winner(0, 1) == 0);
}

TEST_CASE("what a model says of its scores can be overruled, and a class without a label has a name") {
  Graph graph;
  graph.append("input", Input{1}, {});
  ModelInfo info;
  info.labels = {};
  auto model = Model::from_graph(
      graph, info,
      {.table = kernels::find_table("reference"), .limits = {}, .activation = ScoreActivation::sigmoid});
  REQUIRE(model);
  CHECK(model->info().activation == ScoreActivation::sigmoid);
  CHECK(model->label(7) == "class 7");
  CHECK(model->label(-1) == "class -1");
}

TEST_CASE("pictures with too few bytes or wrong channels are refused") {
  const Model model = pixel_classifier({1}, {0}, std::nullopt);
  const std::vector<std::uint8_t> pixels(2 * 3 * 4);
  auto session = Session::create(model, {.threads = 1});
  REQUIRE(session);
  const auto error = [&](const ImageView& view) {
    const auto map = session->run(view);
    return map ? "" : map.error().to_string();
  };
  CHECK(error({pixels.data(), 4, 2, 4}).empty());
  CHECK(error({pixels.data(), 4, 2, 12, 3}).empty());  // as luma
  CHECK(error({pixels.data() + 4, 4, 2, -4}).empty());
  CHECK(error({pixels.data(), 4, 2, 0}).empty());  // packed
  CHECK(error({pixels.data(), 4, 2, 0, 3}).empty());
  CHECK(error({pixels.data(), 4, 2, 3}).find("row_stride is 3, less than the 4 bytes") != std::string::npos);
  CHECK(error({pixels.data(), 4, 2, 4, 3}).find("row_stride is 4, less than the 12 bytes") !=
        std::string::npos);
  CHECK(error({nullptr, 4, 2, 4}).find("pixels are null") != std::string::npos);
  CHECK(error({pixels.data(), -4, 2, 4}).find("the picture is -4x2 pixels; it needs at least one pixel") !=
        std::string::npos);
  CHECK(error({pixels.data(), 4, 0, 4}).find("the picture is 4x0 pixels") != std::string::npos);
  CHECK(error({pixels.data(), 4, 2, 16, 4}).find("4 channels, the model takes 1") != std::string::npos);
}

TEST_CASE("scores that are not numbers never win") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const Model model = pixel_classifier({nan, 1}, {0, 0}, std::nullopt);
  const std::vector<std::uint8_t> pixels{0, 255};
  auto map = Session::create(model, {.threads = 1})->run({pixels.data(), 2, 1, 2});
  REQUIRE(map);
  CHECK(std::isnan(map->at(0, 0, 0)));
  CHECK(map->peak(0).probability == 0.0f);
  CHECK(map->peak(1).probability == 0.0f);
}

TEST_CASE("a session plans again only when the size changes, and its results do not depend on history") {
  Random random(11);
  const Graph graph = random_fcn(11);
  const int channels = std::get<Input>(graph.nodes[0].op).channels;
  auto model = Model::from_graph(graph, {}, {.table = kernels::supported_tables().back(), .limits = {}});
  REQUIRE(model);
  const Picture a(random, 40, 52, channels), b(random, 33, 61, channels);
  auto session = Session::create(*model, {.threads = 2});
  REQUIRE(session);
  auto first = session->run(a.view());
  REQUIRE(first);
  const Plan* plan = session->plan();
  ScoreMap again;
  REQUIRE(session->run_into(a.view(), again));
  CHECK(session->plan() == plan);
  REQUIRE(session->run_into(b.view(), again));
  REQUIRE(session->run_into(a.view(), again));
  REQUIRE((again.rows() == first->rows() && again.cols() == first->cols()));
  CHECK(std::equal(first->cell(0, 0), first->cell(0, 0) + first->classes() * first->rows() * first->cols(),
                   again.cell(0, 0)));
}

TEST_CASE("a session refuses absurd thread counts") {
  const Model model = pixel_classifier({1}, {0}, std::nullopt);
  CHECK_FALSE(Session::create(model, {.threads = -1}));
  CHECK_FALSE(Session::create(model, {.threads = 100'000}));
}

}  // namespace fcn::test

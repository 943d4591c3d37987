// SPDX-License-Identifier: MIT
// What a plan refuses, and that pool stride and limits are honoured.
#include "fcn/run/plan.hpp"

#include <catch2/catch.hpp>
#include <limits>

#include "fcn/kernels/select.hpp"
#include "tests/engine/random_network.hpp"

namespace fcn::test {
namespace {

/// Stride 4 features, a 3 x 3 classifier pool, 5 classes, window 12.
Model small_classifier(const Limits& limits = {}) {
  Random random(1);
  Graph graph;
  NodeId x = graph.append("input", Input{3}, {});
  x = graph.append("conv", random_conv(random, 3, 8, 5, 4, 2), {x});
  x = graph.append("avgpool", AveragePool{{3, 3}, {1, 1}, {}, false, true}, {x});
  graph.append("fc", random_conv(random, 8, 5, 1, 1, 0), {x});
  ModelInfo info;
  info.window = {12, 12};
  info.classifier_pool = "avgpool";
  auto model = Model::from_graph(graph, info, {.table = kernels::find_table("reference"), .limits = limits});
  REQUIRE(model);
  return *std::move(model);
}

ErrorCode refused(const Model& model, const PlanOptions& options) {
  auto plan = Plan::create(model, options);
  REQUIRE_FALSE(plan);
  CHECK_FALSE(plan.error().message.empty());
  CHECK(plan.error().to_string().find('\n') == std::string::npos);
  return plan.error().code;
}

}  // namespace

TEST_CASE("pool stride changes the map, not the features") {
  const Model model = small_classifier();
  auto dense = Plan::create(model, {.height = 40, .width = 64});
  auto coarse = Plan::create(model, {.height = 40, .width = 64, .pool_stride = 3});
  REQUIRE((dense && coarse));
  CHECK(dense->map_shape() == Shape{5, 8, 14});
  CHECK(coarse->map_shape() == Shape{5, 3, 5});
  CHECK(coarse->geometry().x.stride == 12);
  CHECK(coarse->geometry().x.first_center == dense->geometry().x.first_center);
}

TEST_CASE("plans that cannot be are refused in one line") {
  const Model model = small_classifier();
  CHECK(refused(model, {.height = 0, .width = 64}) == ErrorCode::invalid_argument);
  CHECK(refused(model, {.height = 64, .width = -1}) == ErrorCode::invalid_argument);
  CHECK(refused(model, {.height = 64, .width = 64, .images = 0}) == ErrorCode::invalid_argument);
  CHECK(refused(model, {.height = 11, .width = 64}) == ErrorCode::too_small);
  CHECK(refused(model, {.height = 64, .width = 64, .pool_stride = 4}) == ErrorCode::invalid_argument);
  CHECK(refused(model, {.height = 64, .width = 64, .pool_stride = -1}) == ErrorCode::invalid_argument);
  CHECK(refused(model, {.height = 64, .width = std::numeric_limits<int>::max()}) ==
        ErrorCode::limit_exceeded);
}

TEST_CASE("the memory limit is exact") {
  const Model free_model = small_classifier();
  auto plan = Plan::create(free_model, {.height = 40, .width = 64});
  REQUIRE(plan);
  Limits limits;
  limits.max_run_bytes = plan->arena_floats() * sizeof(float);
  CHECK(Plan::create(small_classifier(limits), {.height = 40, .width = 64}));
  limits.max_run_bytes -= sizeof(float);
  CHECK(refused(small_classifier(limits), {.height = 40, .width = 64}) == ErrorCode::limit_exceeded);
}

TEST_CASE("a width near the integer limit overflows nothing") {
  Limits limits;
  limits.max_image_side = std::numeric_limits<int>::max();
  const Model model = small_classifier(limits);
  CHECK(refused(model, {.height = 64, .width = std::numeric_limits<int>::max()}) ==
        ErrorCode::limit_exceeded);
}

TEST_CASE("a map that is resampled beyond all pictures is refused before anything is tabulated") {
  Graph graph;
  const NodeId x = graph.append("input", Input{1}, {});
  Resize resize;
  resize.up = {1, 32768};
  graph.append("resize", resize, {x});
  auto model = Model::from_graph(graph, {}, {.table = kernels::find_table("reference"), .limits = {}});
  REQUIRE(model);
  CHECK(Plan::create(*model, {.height = 4, .width = 16}));
  CHECK(refused(*model, {.height = 4, .width = 17}) == ErrorCode::limit_exceeded);
}

TEST_CASE("multiply-adds are counted per image") {
  auto plan = Plan::create(small_classifier(), {.height = 40, .width = 64, .images = 2});
  REQUIRE(plan);
  CHECK(plan->node(1).multiply_adds == 3ull * 5 * 5 * 8 * 10 * 16);
  CHECK(plan->node(2).multiply_adds == 0);
}

}  // namespace fcn::test

// SPDX-License-Identifier: MIT
// Work is known from shapes, and what passes the limits is refused before anything is planned or allocated.
#include "fcn/run/work.hpp"

#include <catch2/catch.hpp>
#include <limits>

#include "fcn/kernels/select.hpp"
#include "fcn/run/plan.hpp"
#include "fcn/session.hpp"
#include "tests/engine/random_network.hpp"

namespace fcn::test {
namespace {

Model model_of(const Graph& graph, const Limits& limits = {}) {
  auto model = Model::from_graph(graph, {}, {.table = kernels::find_table("reference"), .limits = limits});
  REQUIRE(model);
  return *std::move(model);
}

/// A picture, then one op.
template <class AnOp>
Graph one_op(int channels, const AnOp& op) {
  Graph graph;
  const NodeId input = graph.append("input", Input{channels}, {});
  graph.append("op", op, {input});
  return graph;
}

std::uint64_t work_on(const Graph& graph, int channels, int side) {
  const auto shapes = infer_shapes(graph, {channels, side, side});
  REQUIRE(shapes);
  return work_of(graph, *shapes);
}

/// Of the picture itself, `side` pixels each way.
std::uint64_t input_work(std::uint64_t side) {
  return side * kWorkPerRow + side * side * 16 * kWorkPerValue;
}

Error refusal(const Model& model, int side) {
  const auto plan = Plan::create(model, {.height = side, .width = side});
  REQUIRE_FALSE(plan);
  CHECK(plan.error().code == ErrorCode::limit_exceeded);
  return plan.error();
}

}  // namespace

TEST_CASE("a convolution's work is its multiply-adds, a map's at least its values") {
  Random random(1);
  const Conv wide = random_conv(random, 48, 64, 3, 1, 1);
  CHECK(work_on(one_op(48, wide), 48, 10) ==
        10 * kWorkPerRow + 100 * 48 * kWorkPerValue + 10 * kWorkPerRow + 100ull * 48 * 9 * 64);
  CHECK(work_on(one_op(3, random_conv(random, 3, 1, 1, 1, 0)), 3, 10) == 2 * input_work(10));
  CHECK(work_on(one_op(3, Relu{}), 3, 10) == 2 * input_work(10));
}

TEST_CASE("ops without multiply-adds cost what they read and write") {
  const auto added = [](const auto& op) { return work_on(one_op(16, op), 16, 12) - input_work(12); };
  const auto values = [](std::uint64_t rows, std::uint64_t count) {
    return rows * kWorkPerRow + count * 16 * kWorkPerValue;
  };
  CHECK(added(MaxPool{{4, 4}, {4, 4}, {1, 1}, {}, false}) == values(3, 9 * 16));
  CHECK(added(GlobalSumPool{}) == values(12, 144));
  CHECK(added(Pad{PadMode::constant, {4, 4, 4, 4}, 0}) == values(20, 400));
  CHECK(added(Resize{.mode = ResizeMode::cubic, .up = {2, 2}, .down = {1, 1}}) == values(24, 576 * 16));
  CHECK(added(LocalResponseNorm{.size = 5}) == values(12, 144 * 5));
}

TEST_CASE("the limit of work is exact, of the picture and of each pixel") {
  Random random(2);
  const Graph graph = one_op(3, random_conv(random, 3, 16, 3, 1, 1));
  const std::uint64_t work = work_on(graph, 3, 80);
  Limits limits;
  for (const std::uint64_t limit : {work - 1, work, work + 1}) {
    limits.max_work = limit;
    CHECK(bool(Plan::create(model_of(graph, limits), {.height = 80, .width = 80})) == (limit >= work));
  }
  limits = {};
  const std::uint64_t per_pixel = (work + 6399) / 6400;
  for (const std::uint64_t limit : {per_pixel - 1, per_pixel, per_pixel + 1}) {
    limits.max_work_per_pixel = limit;
    CHECK(bool(Plan::create(model_of(graph, limits), {.height = 80, .width = 80})) == (limit >= per_pixel));
  }
}

TEST_CASE("a small picture may take as much work as one of 4096 pixels") {
  Random random(3);
  const Graph graph = one_op(3, random_conv(random, 3, 16, 3, 1, 1));
  Limits limits;
  limits.max_work_per_pixel = work_on(graph, 3, 64) / kFewestPixels + 1;
  CHECK(Plan::create(model_of(graph, limits), {.height = 8, .width = 8}));
  limits.max_work_per_pixel = work_on(graph, 3, 8) / kFewestPixels - 1;
  CHECK_FALSE(Plan::create(model_of(graph, limits), {.height = 8, .width = 8}));
}

TEST_CASE("an op that blows a small picture up is refused in one line") {
  Graph graph;
  const NodeId input = graph.append("input", Input{3}, {});
  SECTION("padding") {
    graph.append("op", Pad{PadMode::constant, {16000, 16000, 16000, 16000}, 0}, {input});
  }
  SECTION("resampling") {
    graph.append("op", Resize{.mode = ResizeMode::linear, .up = {500, 500}, .down = {1, 1}}, {input});
  }
  SECTION("a branch that nothing reads") {
    graph.append("op", Pad{PadMode::edge, {16000, 16000, 16000, 16000}, 0}, {input});
    graph.output = graph.append("relu", Relu{}, {input});
  }
  SECTION("thousands of small layers") {
    NodeId x = input;
    for (int i = 0; i < 65'535; ++i) x = graph.append("relu" + std::to_string(i), Relu{}, {x});
  }
  const Error error = refusal(model_of(graph), 64);
  CHECK(error.message.find("a picture of 64x64 pixels") != std::string::npos);
  CHECK(error.message.find("the limit is 131 G; ") != std::string::npos);
  CHECK(error.message.find("--max-work") != std::string::npos);
  CHECK(error.message.find('\n') == std::string::npos);
}

TEST_CASE("work beyond 64 bits is refused like any other") {
  constexpr int kLargest = 32'767;
  Graph graph;
  NodeId x = graph.append("input", Input{3}, {});
  x = graph.append("grow", Resize{.mode = ResizeMode::nearest, .up = {1024, 1024}, .down = {1, 1}}, {x});
  const Padding pad{kLargest - 1, kLargest - 1, kLargest - 1, kLargest - 1};
  for (int i = 0; i < 40; ++i)
    x = graph.append("pool" + std::to_string(i), MaxPool{{kLargest, kLargest}, {2, 2}, {1, 1}, pad, false},
                     {x});
  CHECK(work_on(graph, 3, 64) == std::numeric_limits<std::uint64_t>::max());
  Limits limits;
  limits.max_work = std::numeric_limits<std::uint64_t>::max() - 1;
  limits.max_work_per_pixel = std::numeric_limits<std::uint64_t>::max();
  CHECK(refusal(model_of(graph, limits), 64).message.find("18447 P multiply-adds") == std::string::npos);
}

TEST_CASE("a session refuses what its model's limits do not allow") {
  Random random(4);
  Limits limits;
  limits.max_work = 1'000'000;
  const Model model = model_of(one_op(3, random_conv(random, 3, 16, 3, 1, 1)), limits);
  auto session = Session::create(model, {.threads = 1});
  REQUIRE(session);
  const Picture small(random, 12, 12, 3), large(random, 90, 90, 3);
  CHECK(session->run(small.view()));
  const auto refused = session->run(large.view());
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::limit_exceeded);
  CHECK(session->run(small.view()));
}

}  // namespace fcn::test

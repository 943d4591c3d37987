// SPDX-License-Identifier: MIT
// The schedule in integers: every row made once, in order, and only when its inputs are there.
#include "fcn/run/row_schedule.hpp"

#include <catch2/catch.hpp>
#include <ctime>
#include <optional>
#include <set>
#include <type_traits>

#include "fcn/graph/shape_inference.hpp"
#include "fcn/graph/validate_graph.hpp"
#include "fcn/kernels/select.hpp"
#include "fcn/run/plan.hpp"
#include "fcn/run/run_memory.hpp"
#include "tests/engine/random_network.hpp"

namespace fcn::test {
namespace {

Result<Plan> plan_of(const Graph& graph, const PlanOptions& options) {
  auto model = Model::from_graph(graph, {}, {.table = kernels::find_table("reference"), .limits = {}});
  REQUIRE(model);
  return Plan::create(*model, options);
}

}  // namespace

TEST_CASE("a window knows which rows it needs and which it can make") {
  // 9 rows in, 5 out: row r reads 2r-1 .. 2r+1
  const RowReach window = reach_of(Window{{3, 3}, {2, 2}, {1, 1}, {1, 1, 1, 1}});
  CHECK(window.rows_ready(0, 9, 5) == 0);
  CHECK(window.rows_ready(1, 9, 5) == 0);
  CHECK(window.rows_ready(2, 9, 5) == 1);
  CHECK(window.rows_ready(3, 9, 5) == 1);
  CHECK(window.rows_ready(4, 9, 5) == 2);
  CHECK(window.rows_ready(9, 9, 5) == 5);
  CHECK(window.first_row_needed(0, 9, 5) == 0);
  CHECK(window.first_row_needed(1, 9, 5) == 1);
  CHECK(window.first_row_needed(4, 9, 5) == 7);
  CHECK(window.first_row_needed(5, 9, 5) == 9);
}

TEST_CASE("a schedule makes every row once, in order, after the rows it needs") {
  const std::uint32_t seed = GENERATE(range(1u, 9u));
  const int band_rows = GENERATE(0, 1, 3, 7, 1000);
  INFO("seed " << seed << ", band rows " << band_rows);
  auto plan =
      plan_of(random_fcn(seed), {.height = 53, .width = 31, .band_rows = band_rows, .keep_rows = true});
  REQUIRE(plan);
  std::vector<int> made(plan->size(), 0);
  RowSchedule schedule = plan->schedule();
  for (RowStep step; schedule.next(step);) {
    const Node& node = plan->graph().nodes[step.node];
    REQUIRE(step.begin == made[step.node]);
    REQUIRE(step.end > step.begin);
    for (std::size_t slot = 0; slot < node.inputs.size(); ++slot) {
      const int in_height = plan->node(node.inputs[slot]).shape.height;
      const Window& window = plan->node(step.node).window;
      const auto last = slot == 0 ? window.input_row(step.end - 1, window.kernel.y - 1) : step.end - 1;
      REQUIRE(made[node.inputs[slot]] > std::min<std::int64_t>(last, in_height - 1));
    }
    made[step.node] = step.end;
  }
  for (NodeId id = 0; id < plan->size(); ++id) CHECK(made[id] == plan->node(id).shape.height);
}

TEST_CASE("an op's reach covers every row that it reads") {
  const std::uint32_t seed = GENERATE(range(1u, 40u));
  INFO("seed " << seed);
  Random random(seed);
  const int in = random.between(4, 20);
  const auto check = [&](const auto& op) {
    const Node node{"node", op, {0}};
    const std::vector<Shape> shapes{{60, in, 1}};
    const auto out = infer_shape(node, shapes, shapes[0]);
    if (!out) return;  // nothing is left of so small a map
    const ResampleAxis axis = rows_of(op, shapes[0], *out);
    const RowReach reach = row_reach(op, 0, shapes[0], *out);
    for (int r = 0; r < out->height; ++r) {
      std::vector<int> places{copied_place(op, axis, r)};
      if constexpr (std::is_same_v<std::decay_t<decltype(op)>, Resize>) {
        const auto add = [&](const auto& taps) {
          places.insert(places.end(), taps.places.begin(), taps.places.end());
        };
        if (op.mode == ResizeMode::nearest) add(linear_place(op, axis, r));
        if (op.mode == ResizeMode::cubic) places.clear(), add(cubic_place(op, axis, r));
      }
      for (const int place : places) {
        if (place == kFilled) continue;
        CHECK(place >= 0);
        CHECK(place < in);
        CHECK(reach.first_row_needed(r, in, out->height) <= place);
        for (int ready = 0; ready <= place; ++ready) CHECK(reach.rows_ready(ready, in, out->height) <= r);
      }
    }
    CHECK(reach.rows_ready(in, in, out->height) == out->height);
  };
  check(InsertZeros{{random.between(1, 4), 1}});
  check(DepthToSpace{{random.between(1, 5), 1}});
  for (const PadMode mode : {PadMode::constant, PadMode::edge, PadMode::reflect})
    check(Pad{mode, {random.between(-2, 3), 0, random.between(-2, 3), 0}, 0});
  for (int coordinates = 0; coordinates < 4; ++coordinates) {
    check(Resize{ResizeMode::cubic,
                 static_cast<ResizeCoordinates>(coordinates),
                 {},
                 {random.between(1, 6), 1},
                 {random.between(1, 4), 1}});
    for (int rounding = 0; rounding < 4; ++rounding)
      check(Resize{ResizeMode::nearest,
                   static_cast<ResizeCoordinates>(coordinates),
                   static_cast<ResizeRounding>(rounding),
                   {random.between(1, 6), 1},
                   {random.between(1, 4), 1}});
  }
}

TEST_CASE("a pool over the whole map takes in rows as they come; what waits for it is held") {
  Random random(1);
  Graph graph;
  const NodeId in = graph.append("input", Input{3}, {});
  const NodeId conv = graph.append("conv", random_conv(random, 3, 8, 3, 1, 1), {in});
  const NodeId pool = graph.append("pool", GlobalAveragePool{}, {conv});
  auto alone = plan_of(graph, {.height = 500, .width = 20});
  REQUIRE(alone);
  CHECK(alone->node(conv).ring_rows < 100);
  CHECK(alone->node(pool).ring_rows == 1);
  graph.append("gated", Arithmetic{ArithmeticKind::multiply}, {conv, pool});
  auto gated = plan_of(graph, {.height = 500, .width = 20});
  REQUIRE(gated);
  CHECK(gated->node(conv).ring_rows == 500);
  CHECK(gated->node(pool).ring_rows == 1);
}

TEST_CASE("rings hold every row that is still needed, and not one more") {
  const std::uint32_t seed = GENERATE(range(1u, 9u));
  const int band_rows = GENERATE(0, 1, 5, 1000);
  INFO("seed " << seed << ", band rows " << band_rows);
  auto plan =
      plan_of(random_fcn(seed), {.height = 61, .width = 33, .band_rows = band_rows, .keep_rows = true});
  REQUIRE(plan);
  std::vector<int> most(plan->size(), 0);
  RowSchedule schedule = plan->schedule();
  for (RowStep step; schedule.next(step);) {
    if (plan->node(step.node).overwrites) continue;  // what it writes over has counted its rows
    int oldest = step.begin;
    for (NodeId id = 0; id < plan->size(); ++id)
      for (std::size_t slot = 0; slot < plan->graph().nodes[id].inputs.size(); ++slot)
        if (plan->node(plan->graph().nodes[id].inputs[slot]).ring == step.node)
          oldest = std::min(oldest, schedule.first_row_needed(id, slot));
    most[step.node] = std::max(most[step.node], step.end - oldest);
  }
  for (NodeId id = 0; id < plan->size(); ++id) CHECK(plan->node(id).ring_rows == most[plan->node(id).ring]);
}

TEST_CASE("a node writes over an input that nobody reads later") {
  Random random(1);
  Graph graph;
  const NodeId in = graph.append("input", Input{3}, {});
  const NodeId first = graph.append("first", random_conv(random, 3, 16, 3, 1, 1), {in});
  const NodeId silu = graph.append("silu", Activation{ActivationKind::silu}, {first});
  Conv adding = random_conv(random, 16, 16, 3, 1, 1);
  adding.residual = true;
  const NodeId second = graph.append("second", adding, {silu, silu});  // its window reads the skip ahead
  const NodeId between = graph.append("between", random_conv(random, 16, 16, 3, 1, 1), {second});
  const NodeId third = graph.append("third", adding, {between, second});
  const NodeId pool = graph.append("pool", GlobalAveragePool{}, {third});
  const NodeId gated = graph.append("gated", Arithmetic{ArithmeticKind::multiply}, {third, pool});
  const NodeId abs = graph.append("abs", Activation{ActivationKind::abs}, {gated});
  graph.append("last", Add{}, {abs, gated});
  auto plan = plan_of(graph, {.height = 90, .width = 20});
  REQUIRE(plan);
  CHECK(plan->node(silu).overwrites == first);
  CHECK_FALSE(plan->node(second).overwrites);
  CHECK(plan->node(third).overwrites == second);
  CHECK(plan->node(gated).overwrites == third);  // the pool has read it by then
  CHECK_FALSE(plan->node(abs).overwrites);       // "last" reads what it would write over
  CHECK(plan->node(gated).ring == second);
  CHECK(plan->node(gated).ring_rows == 90);
}

TEST_CASE("layers that are made one after another lie in the same memory") {
  Random random(1);
  Graph graph;
  NodeId last = graph.append("input", Input{16}, {});
  for (int i = 0; i < 8; ++i)
    last = graph.append("conv" + std::to_string(i), random_conv(random, 16, 16, 3, 1, 1), {last});
  auto plan = plan_of(graph, {.height = 8, .width = 8, .band_rows = 8});
  REQUIRE(plan);
  std::size_t rings = 0;
  for (NodeId id = 0; id < plan->size(); ++id) rings += plan->node(id).ring_floats();
  CHECK(3 * plan->zero_offset() <= rings);  // a layer, and the one that it reads
  CHECK(plan->node(3).ring_offset == plan->node(1).ring_offset);
}

TEST_CASE("the memory of a run grows with the width, not with the height") {
  const std::uint32_t seed = GENERATE(range(1u, 9u));
  INFO("seed " << seed);
  auto low = plan_of(random_fcn(seed), {.height = 1500, .width = 240});
  auto tall = plan_of(random_fcn(seed), {.height = 12000, .width = 240});
  REQUIRE((low && tall));
  CHECK(low->arena_floats() == tall->arena_floats());
}

TEST_CASE("the greatest of a set of nodes is found whatever their number") {
  const std::size_t count = GENERATE(1u, 63u, 64u, 65u, 4096u, 4097u, 65'536u);
  ReadyNodes ready(count);
  CHECK_FALSE(ready.greatest());
  Random random(static_cast<std::uint32_t>(count));
  std::set<NodeId> truth;
  for (int i = 0; i < 500; ++i) {
    const auto node = static_cast<NodeId>(random.between(0, static_cast<int>(count) - 1));
    const bool member = random.chance();
    ready.set(node, member);
    member ? static_cast<void>(truth.insert(node)) : static_cast<void>(truth.erase(node));
    REQUIRE(ready.greatest() == (truth.empty() ? std::nullopt : std::optional<NodeId>(*truth.rbegin())));
  }
}

namespace {

/// Of as many nodes as a file may hold.
Graph long_chain() {
  Graph graph;
  NodeId x = graph.append("input", Input{1}, {});
  for (int i = 1; i < 65'536; ++i) x = graph.append("n" + std::to_string(i), Relu{}, {x});
  return graph;
}

/// Reads the same map twice each time, from a map far back and from the last.
Graph long_ladder() {
  Graph graph;
  const NodeId input = graph.append("input", Input{1}, {});
  NodeId x = input;
  for (int i = 1; i < 65'536; ++i) x = graph.append("n" + std::to_string(i), Add{}, {input, x});
  return graph;
}

Graph wide_concat(bool of_one) {
  Graph graph;
  const NodeId input = graph.append("input", Input{1}, {});
  std::vector<NodeId> inputs(65'000, input);
  for (std::size_t i = 0; !of_one && i < inputs.size(); ++i)
    inputs[i] = graph.append("n" + std::to_string(i), Relu{}, {input});
  graph.append("all", Concat{}, inputs);
  return graph;
}

}  // namespace

TEST_CASE("the largest graphs are validated and planned in a time that grows as they do") {
  Graph graph;
  SECTION("a chain") {
    graph = long_chain();
  }
  SECTION("a ladder") {
    graph = long_ladder();
  }
  SECTION("one map many times") {
    graph = wide_concat(true);
  }
  SECTION("many maps") {
    graph = wide_concat(false);
  }
  CHECK(validate_graph(graph));
  const Model model =
      *Model::from_graph(graph, {}, {.table = kernels::find_table("reference"), .limits = {}});
  const std::clock_t start = std::clock();
  CHECK(Plan::create(model, {.height = 16, .width = 16}));
  CHECK(smallest_run_bytes(model, {.height = 16, .width = 16}));
  const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  CHECK(seconds < 20);  // under a sanitizer; as built for release, a second
}

}  // namespace fcn::test

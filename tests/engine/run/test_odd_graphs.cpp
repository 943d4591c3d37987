// SPDX-License-Identifier: MIT
// Graphs that are valid and odd (random_odd.hpp): whatever the ops, the order and the layout, the fast
// kernels give the reference's bits, rows made one by one give those of rows made at once, and nothing reads
// or writes where it must not, which the sanitizers see.
//
// FCN_ODD_GRAPHS=N runs N of them from a random start, for as long as one likes.
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <random>

#include "fcn/graph/validate_graph.hpp"
#include "fcn/session.hpp"
#include "tests/engine/random_odd.hpp"
#include "tests/engine/run_network.hpp"

namespace fcn::test {
namespace {

/// NaN is one number here: its sign and payload are the processor's.
bool same_numbers(const float* a, const float* b, std::size_t count) {
  return std::equal(a, a + count, b, [](float x, float y) {
    return std::bit_cast<std::uint32_t>(x) == std::bit_cast<std::uint32_t>(y) ||
           (std::isnan(x) && std::isnan(y));
  });
}

bool same_numbers(const Tensor& a, const Tensor& b) {
  return a.shape() == b.shape() && same_numbers(a.data(), b.data(), a.size());
}

/// Scores and peaks as users get them, through the sink of the output.
void check_session(const Graph& graph, const Picture& picture, ScoreActivation activation,
                   const kernels::KernelTable& table) {
  ModelInfo info;
  info.activation = activation;
  const auto run = [&](const kernels::KernelTable* with, int threads, std::uint64_t most) {
    const auto model = Model::from_graph(graph, info, {.table = with, .limits = {}});
    REQUIRE(model);
    auto session = Session::create(*model, {.threads = threads, .max_run_bytes = most});
    REQUIRE(session);
    return session->run(picture.view());
  };
  const auto truth = run(kernels::find_table("reference"), 1, 0), map = run(&table, 2, 0);
  REQUIRE(bool(truth) == bool(map));
  if (!map) return;
  const auto values = static_cast<std::size_t>(map->rows()) * static_cast<std::size_t>(map->cols()) *
                      static_cast<std::size_t>(map->classes());
  if (values == 0) return;
  CHECK(same_numbers(truth->cell(0, 0), map->cell(0, 0), values));
}

void check_odd_graph(std::uint32_t seed) {
  INFO("seed " << seed);
  Random random(seed + 1);
  const int height = random.between(1, 40), width = random.between(1, 40);
  const OddGraph odd(seed, height, width);
  const Graph& graph = odd.graph();
  REQUIRE(validate_graph(graph));
  const Picture picture(random, height, width, std::get<Input>(graph.nodes[0].op).channels);
  std::vector<NodeId> all;
  for (NodeId id = 0; id < graph.nodes.size(); ++id) all.push_back(id);

  const auto truth = run_nodes(graph, {}, {&picture, 1},
                               {.table = kernels::find_table("reference"), .keep_rows = true}, all);
  for (const kernels::KernelTable* table : kernels::supported_tables()) {
    if (std::string_view(table->arch) == "sse2") continue;  // rounds in other places
    const int threads = random.between(1, 3), band_rows = random.between(0, 5);
    INFO(table->arch << ", " << threads << " threads, bands of " << band_rows);
    const auto found =
        run_nodes(graph, {}, {&picture, 1},
                  {.table = table, .threads = threads, .band_rows = band_rows, .keep_rows = true}, all);
    for (NodeId id = 0; id < graph.nodes.size(); ++id) {
      INFO("node " << graph.nodes[id].name << " (" << op_name(graph.nodes[id].op) << ")");
      CHECK(same_numbers(truth[id], found[id]));
    }
    const Tensor output = run_network(graph, {}, {&picture, 1}, {.table = table, .threads = threads});
    CHECK(same_numbers(truth[graph.output], output));
    check_session(graph, picture, static_cast<ScoreActivation>(random.between(0, 2)), *table);
  }
}

}  // namespace

TEST_CASE("odd graphs give the reference's numbers whatever the kernels and the schedule") {
  const char* const asked = std::getenv("FCN_ODD_GRAPHS");
  const std::uint32_t first = asked != nullptr ? std::random_device{}() : 1;
  const auto count = static_cast<std::uint32_t>(asked != nullptr ? std::atoi(asked) : 150);
  for (std::uint32_t seed = first; seed != first + count; ++seed) check_odd_graph(seed);
}

}  // namespace fcn::test

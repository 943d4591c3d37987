// SPDX-License-Identifier: MIT
// Work is counted before it is done, goes to the kernels that can do it, and a kernel that gives other bits
// than the reference is found on a small picture.
#include "tools/export/export_work.hpp"

#include <catch2/catch.hpp>

#include "fcn/kernels/select.hpp"
#include "fcn/kernels/tables.hpp"
#include "tests/engine/random_network.hpp"

using namespace fcn;
using namespace fcn::tools;
using namespace fcn::test;

namespace {

/// A convolution of 3 x 3, a flattened map and a fully connected layer, which accept the window alone.
Graph classifier(Random& random) {
  Graph g;
  NodeId x = g.append("input", Input{3}, {});
  Conv conv = random_conv(random, 3, 8, 3, 2, 1);
  conv.relu = true;
  x = g.append("conv", conv, {x});
  x = g.append("flatten", Flatten{}, {x});
  Linear linear;
  linear.in_features = 8 * 32 * 32;
  linear.out_features = 5;
  linear.weights = random.floats(linear.in_features * 5, -0.01f, 0.01f);
  g.append("fc", linear, {x});
  return g;
}

void wrong_relu(const kernels::PixelBand& band, kernels::Range pixels) {
  kernels::table_reference.leaky_relu({band, 0.5f, 0.0f}, pixels);
}

}  // namespace

TEST_CASE("work is counted in multiply-adds, and in values where there are none") {
  Random random(1);
  const Graph graph = classifier(random);
  const std::uint64_t pixels = 32 * 32;
  CHECK(*count_work(graph, {64, 64}) == 3 * 64 * 64 + 8 * 27 * pixels + 8 * pixels + 5 * 8 * pixels);
  CHECK_FALSE(count_work(graph, {65, 80}));
}

TEST_CASE("little work is the reference's, much the fastest kernels'") {
  CHECK(*kernels_for(kReferenceWork) == &kernels::table_reference);
  CHECK(*kernels_for(kReferenceWork + 1) == kernels::select_table().table);
}

TEST_CASE("kernels that compute otherwise than the reference are found on a small picture") {
  Random random(2);
  Graph graph = classifier(random);
  ModelInfo info;
  info.window = {64, 64};
  info.mean = info.std = {0.5f, 0.5f, 0.5f};
  for (const kernels::KernelTable* table : kernels::supported_tables()) {
    const auto checked = check_kernels(graph, info, *table);
    REQUIRE(checked);
    CHECK(*checked == Extent{64, 64});  // the whole network accepts no other
  }
  graph.nodes.pop_back();
  graph.nodes[2] = {"relu", Relu{}, {1}};
  graph.output = 2;
  std::get<Conv>(graph.nodes[1].op).relu = false;
  kernels::KernelTable wrong = kernels::table_reference;
  REQUIRE(check_kernels(graph, info, wrong));
  wrong.relu = wrong_relu;
  const auto found = check_kernels(graph, info, wrong);
  REQUIRE_FALSE(found);
  CHECK(found.error().code == ErrorCode::mismatch);
}

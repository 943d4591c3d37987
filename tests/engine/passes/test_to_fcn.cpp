// SPDX-License-Identifier: MIT
// The conversion of heads on graphs small enough to see what it should do, and by numbers worked out by hand.
#include <catch2/catch.hpp>
#include <string>

#include "fcn/graph/shape_inference.hpp"
#include "fcn/graph/validate_graph.hpp"
#include "fcn/passes/to_fcn.hpp"
#include "tests/engine/small_layers.hpp"

using namespace fcn;
using namespace fcn::test;
using Catch::Contains;

namespace {

std::string convert(Graph graph, Extent window) {
  ModelInfo info;
  info.window = window;
  const Status done = passes::to_fcn(graph, info);
  return done ? "" : done.error().to_string();
}

}  // namespace

TEST_CASE("a globally pooled head becomes a pool and a 1x1 convolution") {
  Graph graph;
  NodeId at = graph.append("in", Input{.channels = 2}, {});
  at = graph.append("gap", GlobalAveragePool{}, {at});
  at = graph.append("flat", Flatten{}, {at});
  at = graph.append("fc1", make_linear(2, 3), {at});
  at = graph.append("relu", Relu{}, {at});
  at = graph.append("fc2", make_linear(3, 4), {at});
  graph.append("soft", Softmax{}, {at});
  ModelInfo info;
  info.window = {5, 7};
  REQUIRE(passes::to_fcn(graph, info));
  CHECK(names(graph) == "in gap fc1 relu fc2 soft");
  CHECK(info.classifier_pool == "gap");
  const auto& pool = std::get<AveragePool>(graph.nodes[1].op);
  CHECK(pool.kernel == Extent{5, 7});
  CHECK(pool.stride == Extent{1, 1});
  const auto& conv = std::get<Conv>(graph.nodes[4].op);
  CHECK(conv.kernel == Extent{1, 1});
  CHECK(conv.weights == make_linear(3, 4).weights);
  CHECK(conv.bias.size() == 4);
  const auto shapes = infer_shapes(graph, {2, 6, 9});
  REQUIRE(shapes);
  CHECK(shapes->back() == Shape{4, 2, 3});
}

TEST_CASE("a flattened map's linear layer becomes a convolution of the map's size") {
  for (const bool with_relu : {false, true}) {
    Graph graph;
    NodeId at = graph.append("in", Input{.channels = 2}, {});
    at = graph.append("flat", Flatten{}, {at});
    if (with_relu) at = graph.append("relu", Relu{}, {at});
    graph.append("fc", make_linear(2 * 3 * 4, 5), {at});
    ModelInfo info;
    info.window = {3, 4};
    REQUIRE(passes::to_fcn(graph, info));
    CHECK(info.classifier_pool.empty());
    const auto& conv = std::get<Conv>(graph.nodes.back().op);
    CHECK(conv.in_channels == 2);
    CHECK(conv.kernel == Extent{3, 4});
    // By definition: weight [o][c][y][x] of the convolution is weight [o][(c * 3 + y) * 4 + x] of the linear.
    const Linear linear = make_linear(24, 5);
    for (std::size_t o = 0; o < 5; ++o)
      for (std::size_t c = 0; c < 2; ++c)
        for (std::size_t y = 0; y < 3; ++y)
          for (std::size_t x = 0; x < 4; ++x)
            CHECK(conv.weights[((o * 2 + c) * 3 + y) * 4 + x] ==
                  linear.weights[o * 24 + (c * 3 + y) * 4 + x]);
  }
}

TEST_CASE("a head may branch, and pools that weigh the map stay global") {
  Graph graph;
  const NodeId in = graph.append("in", Input{.channels = 2}, {});
  NodeId gate = graph.append("squeeze", GlobalAveragePool{}, {in});
  gate = graph.append("flat", Flatten{}, {gate});
  gate = graph.append("excite", make_linear(2, 2), {gate});
  const NodeId weighed = graph.append("weigh", Arithmetic{}, {in, gate});
  const NodeId mean = graph.append("mean", GlobalAveragePool{}, {weighed});
  const NodeId most = graph.append("most", GlobalMaxPool{}, {weighed});
  const NodeId both = graph.append("both", Concat{}, {mean, most});
  graph.append("fc", make_linear(4, 3), {graph.append("flat2", Flatten{}, {both})});
  ModelInfo info;
  info.window = {5, 7};
  std::vector<passes::HeadChange> changes;
  REQUIRE(passes::to_fcn(graph, info, &changes));
  CHECK(names(graph) == "in squeeze excite weigh mean most both fc");
  CHECK(std::holds_alternative<GlobalAveragePool>(graph.nodes[1].op));
  CHECK(std::get<Conv>(graph.nodes[2].op).kernel == Extent{1, 1});
  CHECK(std::get<AveragePool>(graph.nodes[4].op).kernel == Extent{5, 7});
  CHECK(std::get<MaxPool>(graph.nodes[5].op).kernel == Extent{5, 7});
  CHECK(info.classifier_pool.empty());  // two pools have no one stride
  REQUIRE(changes.size() == 5);
  CHECK(changes[0].node == "squeeze");
  CHECK_THAT(changes[0].made, Contains("stays global"));
  CHECK_THAT(changes[4].found, Contains("4x1x1"));
  const auto shapes = infer_shapes(graph, {2, 6, 9});
  REQUIRE(shapes);
  CHECK(shapes->back() == Shape{3, 2, 3});
}

TEST_CASE(
    "a sum over the map in the head is the window's mean times its cells; one that weighs the map stays") {
  Graph graph;
  const NodeId in = graph.append("in", Input{.channels = 2}, {});
  const NodeId energy = graph.append("energy", GlobalSumPool{}, {in});
  const NodeId weighed = graph.append("weigh", Arithmetic{}, {in, energy});
  NodeId at = graph.append("sum", GlobalSumPool{}, {weighed});
  at = graph.append("norm", ChannelNorm{.channels = 2, .epsilon = 1e-6, .weight = {1, 2}, .bias = {}}, {at});
  at = graph.append("gelu", Activation{ActivationKind::gelu, 0, 0}, {at});
  const NodeId most = graph.append("sum.cells", ReduceChannels{ReductionKind::maximum}, {at});
  at = graph.append("less", Arithmetic{ArithmeticKind::minimum}, {at, most});
  graph.append("fc", make_linear(2, 3), {graph.append("flat", Flatten{}, {at})});
  ModelInfo info;
  info.window = {5, 7};
  REQUIRE(passes::to_fcn(graph, info));
  CHECK(names(graph) == "in energy weigh sum sum.cells_ norm gelu sum.cells less fc");
  CHECK(std::holds_alternative<GlobalSumPool>(graph.nodes[1].op));
  CHECK(std::get<AveragePool>(graph.nodes[3].op).kernel == Extent{5, 7});
  const auto& cells = std::get<BatchNorm>(graph.nodes[4].op);
  CHECK(cells.weight == std::vector<float>{35, 35});
  CHECK(cells.bias == std::vector<float>{0, 0});
  CHECK(cells.epsilon == 0);
  CHECK(info.classifier_pool == "sum");
  const auto shapes = infer_shapes(graph, {2, 6, 9});
  REQUIRE(shapes);
  CHECK(shapes->back() == Shape{3, 2, 3});
}

TEST_CASE("a pool of the whole window that weighs the map becomes global") {
  Graph graph;
  const NodeId in = graph.append("in", Input{.channels = 2}, {});
  const NodeId gate =
      graph.append("squeeze", AveragePool{.kernel = {5, 7}, .stride = {5, 7}, .pad = {}}, {in});
  graph.append("gap", GlobalAveragePool{}, {graph.append("weigh", Arithmetic{}, {in, gate})});
  ModelInfo info;
  info.window = {5, 7};
  REQUIRE(passes::to_fcn(graph, info));
  CHECK(std::holds_alternative<GlobalAveragePool>(graph.nodes[1].op));
  CHECK(info.classifier_pool == "gap");
}

TEST_CASE("a max pool of the whole window is global where no stack of pools could have come to it") {
  const auto converted = [](Extent window, bool beside_a_mean) {
    Graph graph;
    const NodeId in = graph.append("in", Input{.channels = 2}, {});
    NodeId at = graph.append(
        "most", MaxPool{.kernel = window, .stride = window, .dilation = {1, 1}, .pad = {}}, {in});
    if (beside_a_mean)
      at = graph.append("both", Concat{}, {at, graph.append("mean", GlobalAveragePool{}, {in})});
    graph.append("fc", make_linear(beside_a_mean ? 4 : 2, 3), {graph.append("flat", Flatten{}, {at})});
    ModelInfo info;
    info.window = window;
    REQUIRE(passes::to_fcn(graph, info));
    const auto shapes = infer_shapes(graph, {2, 2 * window.y, 2 * window.x});
    REQUIRE(shapes);
    return Extent{shapes->back().height, shapes->back().width};
  };
  CHECK(converted({5, 7}, false) == Extent{6, 8});
  CHECK(converted({2, 2}, true) == Extent{3, 3});
  CHECK(converted({2, 2}, false) == Extent{2, 2});  // the last of a stack: windows side by side
}

TEST_CASE("heads without a spatial meaning are refused by name") {
  Graph softmax;
  NodeId at = softmax.append("in", Input{.channels = 2}, {});
  at = softmax.append("flat", Flatten{}, {at});
  softmax.append("soft", Softmax{}, {at});
  CHECK_THAT(convert(softmax, {3, 3}), Contains("node soft (softmax)") && Contains("2x3x3"));

  Graph flat;
  flat.append("flat", Flatten{}, {flat.append("in", Input{.channels = 2}, {})});
  CHECK_THAT(convert(flat, {3, 3}), Contains("no spatial meaning"));

  Graph inner;
  at = inner.append("in", Input{.channels = 2}, {});
  const NodeId early = inner.append("flat", Flatten{}, {at});
  const NodeId gate = inner.append("gate", make_linear(18, 2), {early});
  inner.append("gap", GlobalAveragePool{}, {inner.append("weigh", Arithmetic{}, {at, gate})});
  CHECK_THAT(convert(inner, {3, 3}), Contains("node flat (flatten)"));

  Graph beside;
  at = beside.append("gap", GlobalAveragePool{}, {beside.append("in", Input{.channels = 2}, {})});
  Conv wide = make_conv(2, 2, 3);
  wide.pad = {1, 1, 1, 1};
  beside.append("wide", wide, {at});
  CHECK_THAT(convert(beside, {3, 3}), Contains("node wide (conv)") && Contains("more than its own place"));

  Graph map;
  map.append("conv", make_conv(2, 2), {map.append("in", Input{.channels = 2}, {})});
  CHECK_THAT(convert(map, {3, 3}), Contains("not a classifier") && Contains("3x3"));
}

// SPDX-License-Identifier: MIT
// The pass that dilates a network: which strides go, what every layer behind them becomes, and what is
// refused in one line with the node's name. That the cells keep their bits is test_dilation.cpp's.
#include "fcn/passes/dilate.hpp"

#include <catch2/catch.hpp>
#include <string>

#include "bench/resnet18.hpp"
#include "fcn/graph/shape_inference.hpp"
#include "fcn/graph/window.hpp"
#include "tests/engine/small_layers.hpp"

namespace fcn::test {
namespace {

constexpr int kSide = 224;

Status dilate(Graph& graph, int output_stride) {
  const int channels = std::get<Input>(graph.nodes[0].op).channels;
  const auto shapes = infer_shapes(graph, {channels, kSide, kSide});
  REQUIRE(shapes);
  return passes::dilate(graph, *shapes, infer_geometry(graph, *shapes), output_stride, {});
}

const Op& op_of(const Graph& graph, const std::string& name) {
  for (const Node& node : graph.nodes)
    if (node.name == name) return node.op;
  FAIL("no node " << name);
  return graph.nodes[0].op;
}

/// "stride, dilation, padding" of a square window.
std::string window_text(const Graph& graph, const std::string& name) {
  const Window window = window_of(op_of(graph, name), {});
  return std::to_string(window.stride.x) + " " + std::to_string(window.dilation.y) + " " +
         std::to_string(window.pad.bottom);
}

Conv padded(Conv conv, int stride) {
  conv.stride = {stride, stride};
  conv.pad = {1, 1, 1, 1};
  return conv;
}

/// A 3 x 3 convolution of stride 4, `op`, one of stride 2, `op` again, and a head.
Graph around(const Op& op) {
  Graph graph;
  NodeId x = graph.append("input", Input{2}, {});
  x = graph.append("before", padded(make_conv(2, 2, 3), 4), {x});
  x = graph.append("first", op, {x});
  x = graph.append("strided", padded(make_conv(2, 2, 3), 2), {x});
  x = graph.append("second", op, {x});
  graph.append("head", make_conv(2, 3), {x});
  return graph;
}

std::string refusal(Graph graph, int output_stride) {
  const Status status = dilate(graph, output_stride);
  REQUIRE_FALSE(status);
  CHECK(status.error().code == ErrorCode::invalid_argument);
  const std::string text = status.error().to_string();
  CHECK(text.find('\n') == std::string::npos);
  CHECK(text.find("output stride " + std::to_string(output_stride)) != std::string::npos);
  return text;
}

}  // namespace

TEST_CASE("a layer whose stride goes keeps the dilation before it, and those behind are dilated") {
  Graph graph = bench::RandomResNet18(8).build(10);
  REQUIRE(dilate(graph, 8));
  CHECK(window_text(graph, "conv1") == "2 1 3");
  CHECK(window_text(graph, "layer2.0.conv1") == "2 1 1");
  CHECK(window_text(graph, "layer3.0.conv1") == "1 1 1");
  CHECK(window_text(graph, "layer3.0.downsample") == "1 1 0");
  CHECK(window_text(graph, "layer3.0.conv2") == "1 2 2");
  CHECK(window_text(graph, "layer3.1.conv1") == "1 2 2");
  CHECK(window_text(graph, "layer4.0.conv1") == "1 2 2");
  CHECK(window_text(graph, "layer4.0.conv2") == "1 4 4");
  CHECK(window_text(graph, "avgpool") == "1 4 0");
}

TEST_CASE("the network's own output stride changes nothing") {
  Graph graph = bench::RandomResNet18(8).build(10);
  REQUIRE(dilate(graph, 32));
  for (const Node& node : graph.nodes) CHECK(window_of(node.op, {}).dilation == Extent{1, 1});
  CHECK(window_text(graph, "layer4.0.conv1") == "2 1 1");
}

TEST_CASE("a stride can go in part, and each axis by itself") {
  Graph graph;
  NodeId x = graph.append("input", Input{2}, {});
  Conv wide = make_conv(2, 2, 3);
  wide.stride = {6, 2};
  x = graph.append("conv", wide, {x});
  graph.append("head", make_conv(2, 3, 2), {x});
  REQUIRE(dilate(graph, 2));
  CHECK(std::get<Conv>(op_of(graph, "conv")).stride == Extent{2, 2});
  CHECK(std::get<Conv>(op_of(graph, "head")).dilation == Extent{3, 1});
}

TEST_CASE("ceil mode becomes padding for the picture at hand") {
  Graph graph = around(MaxPool{{3, 3}, {2, 2}, {1, 1}, {}, true});  // 56 -> 28 -> 14 -> 7, with overhang
  REQUIRE(dilate(graph, 4));
  const auto& pool = std::get<MaxPool>(op_of(graph, "first"));
  CHECK_FALSE(pool.ceil_mode);
  CHECK(pool.pad == Padding{0, 0, 1, 1});
  CHECK(std::get<MaxPool>(op_of(graph, "second")).pad == Padding{0, 0, 4, 4});
  CHECK(refusal(around(AveragePool{{3, 3}, {2, 2}, {}, true, true}), 4).find("node first (average_pool)") !=
        std::string::npos);
}

TEST_CASE("an output stride that a network cannot have is refused with the reason") {
  using Catch::Contains;
  const Graph resnet = bench::RandomResNet18(8).build(10);
  for (const int stride : {-8, 64, 12, 5})
    CHECK_THAT(refusal(resnet, stride), Contains("must divide") && Contains("32"));
  const Graph plain = around(Relu{});
  CHECK_THAT(refusal(plain, 16), Contains("own, 8"));
  Graph sixes;
  NodeId x = sixes.append("input", Input{2}, {});
  x = sixes.append("two", padded(make_conv(2, 2, 3), 2), {x});
  sixes.append("three", padded(make_conv(2, 2, 3), 3), {x});
  CHECK_THAT(refusal(sixes, 3), Contains("node three (conv)") && Contains("every 6 pixels"));
}

TEST_CASE("what would see other cells in a dilated map is refused with its name") {
  using Catch::Contains;
  CHECK_THAT(refusal(around(Resize{ResizeMode::nearest, {}, {}, {2, 2}, {2, 2}}), 4),
             Contains("node second (resize)"));
  CHECK_THAT(refusal(around(InsertZeros{{1, 1}}), 4), Contains("node second (insert_zeros)"));
  CHECK_THAT(refusal(around(Pad{PadMode::reflect, {1, 1, 1, 1}, 0}), 4), Contains("node second (pad)"));
  Graph constant = around(Pad{PadMode::constant, {1, 1, 1, 1}, 0});
  REQUIRE(dilate(constant, 4));
  CHECK(std::get<Pad>(op_of(constant, "first")).pad == Padding{1, 1, 1, 1});
  CHECK(std::get<Pad>(op_of(constant, "second")).pad == Padding{2, 2, 2, 2});
}

TEST_CASE("a gate is possible before the first dilated layer, and no further") {
  const auto gated = [](bool early) {
    Graph graph;
    NodeId x = graph.append("input", Input{2}, {});
    const auto gate = [&] {
      const NodeId pool = graph.append("squeeze", GlobalAveragePool{}, {x});
      const NodeId conv = graph.append("excite", make_conv(2, 2), {pool});
      x = graph.append("weigh", Arithmetic{ArithmeticKind::multiply}, {x, conv});
    };
    x = graph.append("before", padded(make_conv(2, 2, 3), 4), {x});
    if (early) gate();
    x = graph.append("strided", padded(make_conv(2, 2, 3), 2), {x});
    if (!early) gate();
    graph.append("head", make_conv(2, 3, 2), {x});
    return graph;
  };
  Graph early = gated(true);
  CHECK(dilate(early, 4));
  CHECK(window_text(early, "head") == "1 2 0");
  CHECK_THAT(refusal(gated(false), 4), Catch::Contains("node squeeze (global_average_pool)"));
}

}  // namespace fcn::test

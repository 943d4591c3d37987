// SPDX-License-Identifier: MIT
// Cells and pixels: ResNet-18's figures by hand, and receptive fields by brute force on random networks.
#include "fcn/graph/geometry.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "fcn/graph/shape_inference.hpp"
#include "tests/engine/naive_network.hpp"
#include "tests/engine/random_network.hpp"

namespace fcn::test {
namespace {

/// The kernels, strides and paddings on ResNet-18's longest path: 7x7/2, pool 3x3/2, eight blocks of two 3x3,
/// average pool.
Graph resnet18_path(int pool, int pool_stride) {
  Random random(1);
  Graph graph;
  NodeId x = graph.append("input", Input{1}, {});
  x = graph.append("conv1", random_conv(random, 1, 1, 7, 2, 3), {x});
  x = graph.append("maxpool", MaxPool{{3, 3}, {2, 2}, {1, 1}, {1, 1, 1, 1}, false}, {x});
  for (int i = 0; i < 16; ++i) {
    const int stride = i == 4 || i == 8 || i == 12 ? 2 : 1;
    x = graph.append("conv" + std::to_string(i), random_conv(random, 1, 1, 3, stride, 1), {x});
  }
  graph.append("avgpool", AveragePool{{pool, pool}, {pool_stride, pool_stride}, {}, false, true}, {x});
  return graph;
}

MapGeometry geometry_of(const Graph& graph, const Shape& input, NodeId node) {
  auto shapes = infer_shapes(graph, input);
  REQUIRE(shapes);
  return infer_geometry(graph, *shapes)[node];
}

}  // namespace

TEST_CASE("ResNet-18's cells lie where the architecture page says") {
  const Graph graph = resnet18_path(7, 1);
  const NodeId layer4 = graph.output - 1;
  const MapGeometry features = geometry_of(graph, {1, 387, 1024}, layer4);
  CHECK(features.x.stride == 32);
  CHECK(features.x.first_center == 0.0);
  CHECK(features.x.receptive_field == 435);
  for (const int s : {1, 2, 7}) {
    const Graph strided = resnet18_path(7, s);
    const MapGeometry map = geometry_of(strided, {1, 387, 1024}, strided.output);
    CHECK(map.center_x(0) == 96.0);
    CHECK(map.center_x(3) == 96.0 + 32.0 * s * 3);
    CHECK(map.window_left(3) == 32 * s * 3);
  }
  const Graph small = resnet18_path(3, 1);  // the demo model: window 96
  CHECK(geometry_of(small, {1, 96, 96}, small.output).center_y(2) == 32.0 + 64.0);
}

TEST_CASE("a squeeze-and-excite gate does not move the cells of the map that it multiplies") {
  Random random(1);
  Graph graph;
  NodeId x = graph.append("input", Input{3}, {});
  x = graph.append("conv", random_conv(random, 3, 8, 3, 4, 1), {x});
  const NodeId gate = graph.append("pool", GlobalAveragePool{}, {x});
  const bool gate_first = GENERATE(true, false);
  std::vector<NodeId> inputs{x, gate};
  if (gate_first) inputs = {gate, x};
  x = graph.append("gated", Arithmetic{ArithmeticKind::multiply}, inputs);
  const MapGeometry map = geometry_of(graph, {3, 40, 60}, x);
  CHECK(map.x.stride == 4);
  CHECK(map.x.first_center == 0.0);
  CHECK(map.x.receptive_field == 3);
}

TEST_CASE("cells lie where padding, cropping and resampling put them") {
  Random random(1);
  Graph graph;
  NodeId x = graph.append("input", Input{1}, {});
  const NodeId conv = graph.append("conv", random_conv(random, 1, 1, 1, 8, 0), {x});
  const auto after = [&](const Op& op) {
    Graph longer = graph;
    const NodeId last = longer.append("op", op, {conv});
    return geometry_of(longer, {1, 160, 160}, last).x;
  };
  CHECK(after(Pad{PadMode::constant, {0, 2, 0, 0}, 0}).first_center == -16.0);
  CHECK(after(Pad{PadMode::constant, {0, -3, 0, 0}, 0}).first_center == 24.0);
  CHECK(after(InsertZeros{{2, 4}}).stride == 2.0);
  Graph eight = graph;
  eight.append("more", random_conv(random, 1, 8, 1, 1, 0), {conv});
  const NodeId spread = eight.append("spread", DepthToSpace{{2, 4}}, {eight.output});
  CHECK(geometry_of(eight, {1, 160, 160}, spread).x.stride == 2.0);
  CHECK(geometry_of(eight, {1, 160, 160}, spread).x.first_center == -3.0);
  const AxisGeometry doubled =
      after(Resize{ResizeMode::linear, ResizeCoordinates::half_pixel, {}, {2, 2}, {1, 1}});
  CHECK(doubled.stride == 4.0);
  CHECK(doubled.first_center == -2.0);  // a quarter of a cell before the first
  CHECK(doubled.receptive_field == 9);
  const AxisGeometry smooth =
      after(Resize{ResizeMode::cubic, ResizeCoordinates::half_pixel, {}, {2, 2}, {1, 1}, -0.5f});
  CHECK(smooth.first_center == -2.0);
  CHECK(smooth.receptive_field == 25);  // four cells, eight pixels apart
  CHECK(after(ReduceChannels{}).receptive_field == 1);
  CHECK(after(Resize{ResizeMode::nearest, ResizeCoordinates::asymmetric, {}, {3, 3}, {2, 2}}).stride ==
        Approx(8 * 2 / 3.0));
}

TEST_CASE("a cell depends on the pixels of its receptive field only, and on its edges") {
  const std::uint32_t seed = GENERATE(range(1u, 6u));
  Random random(seed);
  Graph graph;
  NodeId x = graph.append("input", Input{1}, {});
  for (int i = 0; i < 3; ++i)  // positive weights, so that no change cancels
    x = graph.append("conv" + std::to_string(i),
                     random_conv(random, 1, 1, random.between(1, 4), random.between(1, 2),
                                 random.between(0, 1), 1, random.between(1, 2)),
                     {x});
  for (Node& node : graph.nodes)
    if (auto* conv = std::get_if<Conv>(&node.op))
      for (float& weight : conv->weights) weight = std::abs(weight) + 0.1f;
  const int size = 48;
  const AxisGeometry axis = geometry_of(graph, {1, size, size}, graph.output).x;
  const Map zeros(1, size, size);
  const Map base = evaluate(graph, zeros).back();
  const int cell = base.w / 2;
  const double center = axis.first_center + axis.stride * cell;
  const double reach = static_cast<double>(axis.receptive_field - 1) / 2;
  INFO("seed " << seed << ", cell " << cell << " centred on " << center << ", reach " << reach);
  for (int px = 0; px < size; ++px) {
    Map changed = zeros;
    for (int y = 0; y < size; ++y) changed.at(0, y, px) = 1;
    const bool differs =
        evaluate(graph, changed).back().at(0, base.h / 2, cell) != base.at(0, base.h / 2, cell);
    if (px < center - reach || px > center + reach) CHECK_FALSE(differs);
    if (px == center - reach || px == center + reach) CHECK(differs);
  }
}

}  // namespace fcn::test

// SPDX-License-Identifier: MIT
// Cells and pixels: ResNet-18's figures by hand, and receptive fields by brute force on random networks.
#include "engine/geometry.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "engine/shape_inference.hpp"
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
  const double center = axis.first_center + static_cast<double>(axis.stride * cell);
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

// SPDX-License-Identifier: MIT
// Each pass on graphs small enough to see what it should do; conversions also by numbers worked out by hand.
#include <catch2/catch.hpp>
#include <cmath>
#include <string>

#include "engine/passes/fold_batch_norm.hpp"
#include "engine/passes/fuse_relu.hpp"
#include "engine/passes/fuse_residual_add.hpp"
#include "engine/passes/to_fcn.hpp"
#include "engine/validate_graph.hpp"

using namespace fcn;
using Catch::Contains;

namespace {

Conv make_conv(int in, int out, int kernel = 1) {
  Conv conv;
  conv.in_channels = in;
  conv.out_channels = out;
  conv.kernel = {kernel, kernel};
  for (int i = 0; i < out * in * kernel * kernel; ++i) conv.weights.push_back(static_cast<float>(i + 1));
  return conv;
}

BatchNorm make_norm(int channels) {
  BatchNorm norm;
  norm.channels = channels;
  norm.epsilon = 0.25;
  for (int c = 0; c < channels; ++c) {
    norm.weight.push_back(static_cast<float>(c + 1));
    norm.bias.push_back(10.0f);
    norm.mean.push_back(0.5f);
    norm.variance.push_back(3.75f);  // with epsilon 4: a scale of (c + 1) / 2
  }
  return norm;
}

Linear make_linear(int in, int out) {
  Linear linear;
  linear.in_features = in;
  linear.out_features = out;
  for (int i = 0; i < in * out; ++i) linear.weights.push_back(static_cast<float>(i));
  linear.bias.assign(static_cast<std::size_t>(out), 0.5f);
  return linear;
}

std::string names(const Graph& graph) {
  std::string text;
  for (const Node& node : graph.nodes) text += (text.empty() ? "" : " ") + node.name;
  return text;
}

std::string convert(Graph graph, Extent window) {
  ModelInfo info;
  info.window = window;
  const Status done = passes::to_fcn(graph, info);
  return done ? "" : done.error().to_string();
}

}  // namespace

TEST_CASE("a batch norm folds into the convolution before it") {
  Graph graph;
  NodeId at = graph.append("in", Input{.channels = 1}, {});
  at = graph.append("conv", make_conv(1, 2), {at});
  graph.append("norm", make_norm(2), {at});
  REQUIRE(passes::fold_batch_norm(graph));
  REQUIRE(names(graph) == "in conv");
  CHECK(graph.output == 1);
  const auto& conv = std::get<Conv>(graph.nodes[1].op);
  CHECK(conv.weights == std::vector<float>{0.5f, 2.0f});
  CHECK(conv.bias == std::vector<float>{9.75f, 9.5f});
}

TEST_CASE("folding is done in float64 and rounded once") {
  Graph graph;
  NodeId at = graph.append("in", Input{.channels = 1}, {});
  Conv conv = make_conv(1, 1);
  conv.weights = {0.1f};
  conv.bias = {0.3f};
  at = graph.append("conv", conv, {at});
  BatchNorm norm = make_norm(1);
  norm.weight = {0.7f};
  norm.variance = {1.3f};
  norm.epsilon = 1e-5;
  graph.append("norm", norm, {at});
  REQUIRE(passes::fold_batch_norm(graph));
  const double scale = double{0.7f} / std::sqrt(double{1.3f} + 1e-5);
  const auto& folded = std::get<Conv>(graph.nodes[1].op);
  CHECK(folded.weights[0] == static_cast<float>(double{0.1f} * scale));
  CHECK(folded.bias[0] == static_cast<float>((double{0.3f} - double{0.5f}) * scale + 10.0));
}

TEST_CASE("a batch norm stays where its producer is read by others or has its own relu") {
  Graph shared;
  NodeId in = shared.append("in", Input{.channels = 1}, {});
  const NodeId conv = shared.append("conv", make_conv(1, 1), {in});
  const NodeId norm = shared.append("norm", make_norm(1), {conv});
  shared.append("add", Add{}, {norm, conv});
  REQUIRE(passes::fold_batch_norm(shared));
  CHECK(names(shared) == "in conv norm add");

  Graph rectified;
  in = rectified.append("in", Input{.channels = 1}, {});
  Conv with_relu = make_conv(1, 1);
  with_relu.relu = true;
  rectified.append("norm", make_norm(1), {rectified.append("conv", with_relu, {in})});
  REQUIRE(passes::fold_batch_norm(rectified));
  CHECK(names(rectified) == "in conv norm");
}

TEST_CASE("a batch norm without a finite scale is an error that names it") {
  Graph graph;
  const NodeId in = graph.append("in", Input{.channels = 1}, {});
  BatchNorm norm = make_norm(1);
  norm.variance = {-1.0f};
  graph.append("norm", norm, {graph.append("conv", make_conv(1, 1), {in})});
  const Status folded = passes::fold_batch_norm(graph);
  REQUIRE_FALSE(folded);
  CHECK_THAT(folded.error().to_string(), Contains("node norm") && Contains("running_var"));
}

TEST_CASE("relus fuse into what makes their input, unless others read it") {
  Graph graph;
  const NodeId in = graph.append("in", Input{.channels = 1}, {});
  NodeId at = graph.append("conv", make_conv(1, 1), {in});
  at = graph.append("relu1", Relu{}, {at});
  at = graph.append("relu2", Relu{}, {at});
  const NodeId kept = graph.append("conv2", make_conv(1, 1), {at});
  const NodeId relu3 = graph.append("relu3", Relu{}, {kept});
  at = graph.append("add", Add{}, {kept, relu3});
  graph.append("relu4", Relu{}, {at});
  REQUIRE(passes::fuse_relu(graph));
  CHECK(names(graph) == "in conv conv2 relu3 add");
  CHECK(std::get<Conv>(graph.nodes[1].op).relu);
  CHECK_FALSE(std::get<Conv>(graph.nodes[2].op).relu);
  CHECK(std::get<Add>(graph.nodes[4].op).relu);
}

TEST_CASE("a clip from 0 becomes a convolution's relu with a ceiling; other clips stay") {
  const auto fused = [](const Activation& activation, bool shared) {
    Graph graph;
    const NodeId in = graph.append("in", Input{.channels = 1}, {});
    const NodeId conv = graph.append("conv", make_conv(1, 1), {in});
    const NodeId clip = graph.append("clip", activation, {conv});
    if (shared) graph.append("add", Add{}, {conv, clip});
    REQUIRE(passes::fuse_relu(graph));
    const auto& op = std::get<Conv>(graph.nodes[1].op);
    CHECK(op.relu == (graph.nodes.size() == 2));
    return op.relu ? op.ceiling : -1;
  };
  CHECK(fused({ActivationKind::clip, 0, 6}, false) == 6.0f);
  CHECK(fused({ActivationKind::clip, 0, 6}, true) == -1.0f);
  CHECK(fused({ActivationKind::clip, -1, 6}, false) == -1.0f);
  CHECK(fused({ActivationKind::clip, 0, 0}, false) == -1.0f);
  CHECK(fused({ActivationKind::hard_sigmoid, 0, 6}, false) == -1.0f);

  Graph twice;
  NodeId at = twice.append("in", Input{.channels = 1}, {});
  at = twice.append("conv", make_conv(1, 1), {at});
  at = twice.append("relu", Relu{}, {at});
  at = twice.append("clip6", Activation{ActivationKind::clip, 0, 6}, {at});
  twice.append("clip4", Activation{ActivationKind::clip, 0, 4}, {at});
  REQUIRE(passes::fuse_relu(twice));
  REQUIRE(names(twice) == "in conv");
  CHECK(std::get<Conv>(twice.nodes[1].op).ceiling == 4.0f);
}

TEST_CASE("norms and activations after a concatenation or an activation stay") {
  Graph graph;
  const NodeId in = graph.append("in", Input{.channels = 1}, {});
  const NodeId a = graph.append("a", make_conv(1, 1), {in});
  const NodeId b = graph.append("b", make_conv(1, 1), {in});
  NodeId at = graph.append("concat", Concat{}, {a, b});
  at = graph.append("norm", make_norm(2), {at});
  at = graph.append("relu", Relu{}, {at});
  at = graph.append("conv", make_conv(2, 2), {at});
  at = graph.append("silu", Activation{ActivationKind::silu, 0, 0}, {at});
  graph.append("norm2", make_norm(2), {at});
  REQUIRE(passes::fold_batch_norm(graph));
  REQUIRE(passes::fuse_relu(graph));
  CHECK(names(graph) == "in a b concat norm conv silu norm2");
  CHECK(std::get<BatchNorm>(graph.nodes[4].op).relu);
}

TEST_CASE("an addition fuses into its later convolution") {
  Graph graph;
  const NodeId in = graph.append("in", Input{.channels = 1}, {});
  const NodeId shortcut = graph.append("shortcut", make_conv(1, 1), {in});
  const NodeId body = graph.append("body", make_conv(1, 1), {in});
  graph.append("add", Add{.relu = true}, {body, shortcut});
  REQUIRE(passes::fuse_residual_add(graph));
  REQUIRE(names(graph) == "in shortcut body");
  const auto& conv = std::get<Conv>(graph.nodes[2].op);
  CHECK(conv.residual);
  CHECK(conv.relu);
  CHECK(graph.nodes[2].inputs == std::vector<NodeId>{in, shortcut});
  CHECK(validate_graph(graph));
}

TEST_CASE("an addition stays where no convolution can take it") {
  Graph graph;
  const NodeId in = graph.append("in", Input{.channels = 1}, {});
  Conv rectified = make_conv(1, 1);
  rectified.relu = true;
  const NodeId body = graph.append("body", rectified, {in});
  const NodeId sum = graph.append("sum", Add{}, {body, in});
  const NodeId conv = graph.append("conv", make_conv(1, 1), {sum});
  graph.append("twice", Add{}, {conv, conv});
  REQUIRE(passes::fuse_residual_add(graph));
  CHECK(names(graph) == "in body sum conv twice");
}

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
  CHECK_THAT(convert(beside, {3, 3}), Contains("node wide (conv)") && Contains("beside its place"));

  Graph map;
  map.append("conv", make_conv(2, 2), {map.append("in", Input{.channels = 2}, {})});
  CHECK_THAT(convert(map, {3, 3}), Contains("not a classifier") && Contains("3x3"));
}

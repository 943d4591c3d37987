// SPDX-License-Identifier: MIT
// Each pass on graphs small enough to see what it should do; numbers worked out by hand.
#include <catch2/catch.hpp>
#include <cmath>
#include <string>

#include "fcn/graph/validate_graph.hpp"
#include "fcn/passes/fold_batch_norm.hpp"
#include "fcn/passes/fuse_relu.hpp"
#include "fcn/passes/fuse_residual_add.hpp"
#include "fcn/passes/unfuse.hpp"
#include "tests/engine/small_layers.hpp"

using namespace fcn;
using namespace fcn::test;
using Catch::Contains;

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

TEST_CASE("unfusing gives additions and relus nodes of their own") {
  Graph graph;
  const NodeId in = graph.append("in", Input{.channels = 1}, {});
  Conv conv = make_conv(1, 1);
  conv.residual = conv.relu = true;
  const NodeId a = graph.append("a", conv, {in, in});
  conv.residual = false;
  conv.ceiling = 6;
  const NodeId taken = graph.append("a.relu", conv, {a});
  graph.append("sum", Add{.relu = true}, {taken, a});
  const Graph apart = passes::unfuse(graph);
  REQUIRE(validate_graph(apart));
  CHECK(names(apart) == "in a a.add a.relu_ a.relu a.relu.clip sum sum.relu");
  CHECK(apart.output == 7);
  CHECK(apart.nodes[2].inputs == std::vector<NodeId>{1, 0});
  CHECK(apart.nodes[4].inputs == std::vector<NodeId>{3});
  CHECK(apart.nodes[6].inputs == std::vector<NodeId>{5, 3});
  CHECK(std::get<Activation>(apart.nodes[5].op).beta == 6);
}

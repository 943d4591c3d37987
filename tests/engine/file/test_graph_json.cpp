// SPDX-License-Identifier: MIT
// Graphs as text: every op comes back with every attribute, and graphs that make no sense are refused.
#include "fcn/file/graph_json.hpp"
#include "fcn/graph/shape_inference.hpp"
#include "fcn/graph/validate_graph.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <limits>
#include <string>

using namespace fcn;
using Catch::Contains;

namespace {

/// One node of every op, each attribute different from its default.
Graph every_op() {
  Graph graph;
  NodeId at = graph.append("in", Input{.channels = 4}, {});
  const NodeId first = at;
  Conv conv;
  conv.in_channels = 4;
  conv.out_channels = 4;
  conv.kernel = {3, 5};
  conv.stride = {1, 1};
  conv.dilation = {2, 3};
  conv.pad = {2, 6, 2, 6};
  conv.groups = 2;
  conv.residual = true;
  conv.relu = true;
  at = graph.append("conv", conv, {at, first});
  at = graph.append("norm",
                    BatchNorm{.channels = 4,
                              .epsilon = 0.001,
                              .relu = true,
                              .weight = {},
                              .bias = {},
                              .mean = {},
                              .variance = {}},
                    {at});
  at = graph.append("relu", Relu{}, {at});
  at = graph.append(
      "max",
      MaxPool{.kernel = {3, 2}, .stride = {2, 1}, .dilation = {2, 1}, .pad = {2, 1, 1, 0}, .ceil_mode = true},
      {at});
  at = graph.append("avg",
                    AveragePool{.kernel = {2, 4},
                                .stride = {2, 3},
                                .pad = {1, 2, 0, 1},
                                .ceil_mode = true,
                                .count_include_pad = false},
                    {at});
  at = graph.append("add", Add{.relu = true}, {at, at});
  at = graph.append("leaky", Activation{ActivationKind::leaky_relu, 0.01f, 2}, {at});
  at = graph.append("prelu", PRelu{.channels = 4, .slope = {}}, {at});
  at = graph.append("div", Arithmetic{ArithmeticKind::divide}, {at, at});
  at = graph.append("cat", Concat{}, {at, first, at});
  at = graph.append("pick", SelectChannels{{11, 0, 3, 3}}, {at});
  at = graph.append("pad", Pad{PadMode::reflect, {1, -2, 3, 0}, 0.1f}, {at});
  at = graph.append("zeros", InsertZeros{{2, 3}}, {at});
  at = graph.append(
      "resize",
      Resize{ResizeMode::linear, ResizeCoordinates::align_corners, ResizeRounding::ceil, {3, 2}, {5, 1}},
      {at});
  at = graph.append("lrn", LocalResponseNorm{5, 0.1f, 0.5f, 2}, {at});
  at = graph.append("max_all", GlobalMaxPool{}, {at});
  graph.append("constant", Constant{{1, 2, 3}, {}}, {});
  at = graph.append("global", GlobalAveragePool{}, {at});
  at = graph.append("flat", Flatten{}, {at});
  at = graph.append("fc", Linear{.in_features = 4, .out_features = 7, .weights = {}, .bias = {}}, {at});
  graph.append("sum_all", GlobalSumPool{}, {at});
  graph.append("widest", ReduceChannels{ReductionKind::maximum}, {at});
  graph.append("layer",
               ChannelNorm{.channels = 7, .epsilon = 1e-6, .center = false, .weight = {}, .bias = {}}, {at});
  graph.append("spread", DepthToSpace{{2, 3}}, {at});
  const NodeId tall =
      graph.append("resize_to", ResizeTo{ResizeMode::nearest, {}, ResizeRounding::ceil}, {at, first});
  graph.append("crop_to", CropTo{CropAxes::columns, 0, 3}, {tall, at});
  const NodeId index = graph.append("indices", MaxPoolIndices{{2, 3}, {2, 3}, {1, 0, 0, 1}, true}, {at});
  graph.append("center_to", CenterTo{CropAxes::rows, PlacesBefore::ceil, true}, {tall, at});
  graph.append("unpool", MaxUnpool{{2, 3}, {2, 3}, {1, 0, 0, 1}}, {index, index, at});
  graph.append("soft", Softmax{}, {at});
  return graph;
}

Result<Graph> parse(const std::string& text) {
  const auto json = parse_json(text);
  REQUIRE(json);
  JsonFields fields(JsonView(*json, "graph"));
  auto graph = graph_from_json(fields);
  if (!graph) return graph;
  if (const Status read = fields.finish(); !read) return read.error();
  return graph;
}

std::string error_of(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  const auto graph = parse(text.replace(at, from.size(), to));
  return graph ? "" : graph.error().to_string();
}

std::string invalid(const std::function<void(Graph&)>& change) {
  Graph graph = every_op();
  change(graph);
  const Status valid = validate_graph(graph);
  return valid ? "" : valid.error().to_string();
}

template <class T>
T& op(Graph& graph, std::size_t id) {
  return std::get<T>(graph.nodes[id].op);
}

}  // namespace

TEST_CASE("every op comes back as it was") {
  const std::string text = dump_json(graph_to_json(every_op()));
  const auto graph = parse(text);
  REQUIRE(graph);
  CHECK(graph->nodes.size() == std::variant_size_v<Op>);
  CHECK(dump_json(graph_to_json(*graph)) == text);
  const auto& conv = std::get<Conv>(graph->nodes[1].op);
  CHECK(conv.kernel == Extent{3, 5});
  CHECK(conv.pad == Padding{2, 6, 2, 6});
  CHECK(graph->nodes[1].inputs == std::vector<NodeId>{0, 0});
  CHECK(graph->output == graph->nodes.size() - 1);
}

TEST_CASE("the largest float comes back, and nothing beyond") {
  constexpr float kMost = std::numeric_limits<float>::max();
  Graph graph;
  const NodeId input = graph.append("input", Input{3}, {});
  graph.append("clip", Activation{.kind = ActivationKind::clip, .alpha = -kMost, .beta = kMost}, {input});
  const std::string text = dump_json(graph_to_json(graph));
  auto again = parse(text);
  if (!again) FAIL(again.error().to_string());
  CHECK(op<Activation>(*again, 1).alpha == -kMost);
  CHECK(op<Activation>(*again, 1).beta == kMost);
  CHECK_THAT(error_of(text, "\"beta\":3.4028235e+38", "\"beta\":3.402824e+38"), Contains("beyond a float"));
}

TEST_CASE("a convolution's relu is false, true or its ceiling") {
  Graph graph = every_op();
  op<Conv>(graph, 1).ceiling = 6;
  const std::string text = dump_json(graph_to_json(graph));
  CHECK_THAT(text, Contains("\"relu\":6.0"));
  auto again = parse(text);
  REQUIRE(again);
  CHECK(op<Conv>(*again, 1).relu);
  CHECK(op<Conv>(*again, 1).ceiling == 6.0f);
  CHECK_THAT(error_of(text, "\"relu\":6.0", "\"relu\":-6"), Contains("ceiling"));
  CHECK_THAT(error_of(text, "\"relu\":6.0", "\"relu\":\"six\""), Contains("expected a number"));
  CHECK_THAT(error_of(text, "\"relu\":6.0", "\"relu\":1e39"), Contains("beyond a float"));
}

TEST_CASE("a cubic resize has a coefficient, others have none") {
  Graph graph = every_op();
  CHECK_THAT(dump_json(graph_to_json(graph)), !Contains("cubic_a"));
  op<Resize>(graph, 14).mode = ResizeMode::cubic;
  op<Resize>(graph, 14).cubic_a = -0.5f;
  const std::string text = dump_json(graph_to_json(graph));
  auto again = parse(text);
  REQUIRE(again);
  CHECK(op<Resize>(*again, 14).cubic_a == -0.5f);
  CHECK_THAT(error_of(text, ",\"cubic_a\":-0.5", ""), Contains("cubic_a: is missing"));
  CHECK_THAT(error_of(text, "\"cubic_a\":-0.5", "\"cubic_a\":-1e39"), Contains("beyond a float"));
}

TEST_CASE("every kind of a curve, an arithmetic and a reduction comes back as it was") {
  Graph graph;
  NodeId at = graph.append("in", Input{.channels = 2}, {});
  const auto append = [&](const Op& op) {
    at = graph.append(std::to_string(at), op, input_count(op) == 1 ? std::vector{at} : std::vector{at, at});
  };
  for (std::size_t i = 0; i < kind_names<ActivationKind>.size(); ++i)
    append(Activation{static_cast<ActivationKind>(i), 0.5f, 1});
  for (std::size_t i = 0; i < kind_names<ArithmeticKind>.size(); ++i)
    append(Arithmetic{static_cast<ArithmeticKind>(i)});
  for (std::size_t i = 0; i < kind_names<ReductionKind>.size(); ++i)
    append(ReduceChannels{static_cast<ReductionKind>(i)});
  const std::string text = dump_json(graph_to_json(graph));
  const auto again = parse(text);
  REQUIRE(again);
  CHECK(dump_json(graph_to_json(*again)) == text);
  CHECK(std::get<Activation>(again->nodes[19].op).kind == ActivationKind::power);
  CHECK(std::get<ReduceChannels>(again->nodes.back().op).kind == ReductionKind::minimum);
}

TEST_CASE("texts that are not graphs are refused with the field") {
  const std::string text = dump_json(graph_to_json(every_op()));
  CHECK_THAT(error_of(text, "\"op\":\"relu\"", "\"op\":\"rleu\""), Contains("unknown op \"rleu\""));
  CHECK_THAT(error_of(text, "[\"conv\"]", "[\"soft\"]"), Contains("earlier node"));
  CHECK_THAT(error_of(text, "\"output\":\"soft\"", "\"output\":\"hard\""), Contains("graph.output"));
  CHECK_THAT(error_of(text, "\"kernel\":[3,5]", "\"kernel\":[3]"), Contains("expected [y, x]"));
  CHECK_THAT(error_of(text, "\"kernel\":[3,5]", "\"kernel\":[0,5]"), Contains("graph.nodes[1].kernel[0]"));
  CHECK_THAT(error_of(text, "\"stride\":[1,1]", "\"stride\":[99999,1]"), Contains("1 to 32768"));
  CHECK_THAT(error_of(text, "\"groups\":2", "\"groups\":3"), Contains("does not divide"));
  CHECK_THAT(error_of(text, "\"kind\":\"divide\"", "\"kind\":\"modulo\""),
             Contains("\"modulo\" is none of add, subtract, multiply, divide, minimum, maximum"));
  CHECK_THAT(error_of(text, "\"alpha\":0.01", "\"alpha\":1e39"), Contains("beyond a float"));
  CHECK_THAT(error_of(text, "\"shape\":[1,2,3]", "\"shape\":[1,2]"), Contains("[channels, height, width]"));
  CHECK_THAT(error_of(text, "\"groups\":2,", ""), Contains("groups: is missing"));
  CHECK_THAT(error_of(text, "\"groups\":2", "\"groups\":2,\"twist\":1"), Contains("newer version"));
  CHECK_THAT(error_of(text, "\"name\":\"norm\"", "\"name\":\"conv\""),
             Contains("earlier node") || Contains("same name"));
}

TEST_CASE("validate_graph names the node and what is wrong") {
  CHECK(invalid([](Graph&) {}).empty());
  CHECK_THAT(invalid([](Graph& g) { g.nodes.clear(); }), Contains("no nodes"));
  CHECK_THAT(invalid([](Graph& g) { g.output = 99; }), Contains("output"));
  CHECK_THAT(invalid([](Graph& g) { g.nodes[0].op = Relu{}; }), Contains("first node must be the input"));
  CHECK_THAT(invalid([](Graph& g) { g.nodes[3].op = Input{}; }), Contains("only the first"));
  CHECK_THAT(invalid([](Graph& g) { g.nodes[3].inputs = {3}; }), Contains("does not precede"));
  CHECK_THAT(invalid([](Graph& g) { g.nodes[3].inputs = {}; }), Contains("has 0 inputs, expected 1"));
  CHECK_THAT(invalid([](Graph& g) { g.nodes[3].name = "conv"; }), Contains("same name"));
  CHECK_THAT(invalid([](Graph& g) { g.nodes[3].name = ""; }), Contains("0 bytes"));
  CHECK_THAT(invalid([](Graph& g) { g.nodes[3].name = std::string(1025, 'x'); }), Contains("1025 bytes"));
  CHECK_THAT(invalid([](Graph& g) { op<Conv>(g, 1).in_channels = 0; }),
             Contains("node conv (conv): in_channels is 0"));
  CHECK_THAT(invalid([](Graph& g) { op<Conv>(g, 1).out_channels = -2; }), Contains("out_channels is -2"));
  CHECK_THAT(invalid([](Graph& g) { op<Conv>(g, 1).pad.left = -1; }), Contains("pad[1] is -1"));
  CHECK_THAT(invalid([](Graph& g) { op<Conv>(g, 1).weights = {1}; }),
             Contains("weight has 1 values, expected 120"));
  CHECK_THAT(invalid([](Graph& g) { op<Conv>(g, 1).kernel = {32768, 32768}; }), Contains("weights exceed"));
  CHECK_THAT(invalid([](Graph& g) { op<BatchNorm>(g, 2).epsilon = -1; }), Contains("epsilon"));
  CHECK_THAT(invalid([](Graph& g) { op<MaxPool>(g, 4).pad.bottom = 5; }),
             Contains("pad[2] is 5, expected 0 to 4"));
  CHECK_THAT(invalid([](Graph& g) { op<AveragePool>(g, 5).stride.x = 0; }), Contains("stride[1] is 0"));
  CHECK_THAT(invalid([](Graph& g) { op<Activation>(g, 7).alpha = std::nanf(""); }), Contains("not finite"));
  CHECK_THAT(invalid([](Graph& g) {
               op<Activation>(g, 7) = {ActivationKind::clip, 1, 0};
             }),
             Contains("alpha > beta"));
  CHECK_THAT(invalid([](Graph& g) { op<PRelu>(g, 8).slope = {1}; }),
             Contains("weight has 1 values, expected 4"));
  CHECK_THAT(invalid([](Graph& g) { g.nodes[9].inputs.pop_back(); }), Contains("has 1 inputs, expected 2"));
  CHECK_THAT(invalid([](Graph& g) { g.nodes[10].inputs.clear(); }), Contains("has 0 inputs, expected 1"));
  CHECK_THAT(invalid([](Graph& g) { op<SelectChannels>(g, 11).channels = {}; }),
             Contains("selects 0 channels"));
  CHECK_THAT(invalid([](Graph& g) { op<SelectChannels>(g, 11).channels = {-1}; }),
             Contains("selects channel -1"));
  CHECK_THAT(invalid([](Graph& g) { op<Pad>(g, 12).pad.left = -32769; }), Contains("pad[1] is -32769"));
  CHECK_THAT(invalid([](Graph& g) { op<InsertZeros>(g, 13).stride.y = 0; }), Contains("stride[0] is 0"));
  CHECK_THAT(invalid([](Graph& g) { op<Resize>(g, 14).down.x = 0; }), Contains("down[1] is 0"));
  CHECK_THAT(invalid([](Graph& g) { op<LocalResponseNorm>(g, 15).bias = 0; }),
             Contains("bias is not positive"));
  CHECK_THAT(invalid([](Graph& g) { op<LocalResponseNorm>(g, 15).bias = 1e-40f; }),
             Contains("bias is not positive"));
  CHECK_THAT(invalid([](Graph& g) { op<Constant>(g, 17).shape.height = 0; }), Contains("shape[1] is 0"));
  CHECK_THAT(invalid([](Graph& g) {
               op<Constant>(g, 17).shape = {1, 32768, 32768};
             }),
             Contains("weights exceed"));
  CHECK_THAT(invalid([](Graph& g) {
               op<Constant>(g, 17).shape = {1 << 20, 32768, 32768};
             }),
             Contains("weights exceed"));
  CHECK_THAT(invalid([](Graph& g) { op<Linear>(g, 20).in_features = 1 << 21; }), Contains("in_features"));
  CHECK_THAT(invalid([](Graph& g) { op<Resize>(g, 14).cubic_a = std::nanf(""); }), Contains("cubic_a"));
  CHECK_THAT(invalid([](Graph& g) { op<ChannelNorm>(g, 23).epsilon = -1e-9; }), Contains("epsilon"));
  CHECK_THAT(invalid([](Graph& g) { op<ChannelNorm>(g, 23).epsilon = 1e39; }), Contains("epsilon"));
  CHECK_THAT(invalid([](Graph& g) { op<ChannelNorm>(g, 23).channels = 0; }), Contains("channels is 0"));
  CHECK_THAT(invalid([](Graph& g) {
               op<ChannelNorm>(g, 23).bias = {1, 2};
             }),
             Contains("bias has 2 values, expected 7"));
  Limits limits;
  limits.max_nodes = std::variant_size_v<Op>;
  CHECK(validate_graph(every_op(), limits));
  --limits.max_nodes;
  CHECK_FALSE(validate_graph(every_op(), limits));
}

// SPDX-License-Identifier: MIT
// A classifier's last activation: found where probabilities are what the network gives, and nowhere else.
#include "fcn/passes/find_ending.hpp"

#include <catch2/catch.hpp>
#include <functional>

#include "fcn/graph/shape_inference.hpp"

using namespace fcn;

namespace {

constexpr int kClasses = 3;

Op sigmoid() {
  return Activation{.kind = ActivationKind::sigmoid, .alpha = 0, .beta = 0};
}
Op log() {
  return Activation{.kind = ActivationKind::log, .alpha = 0, .beta = 0};
}
Op clip(float low, float high) {
  return Activation{.kind = ActivationKind::clip, .alpha = low, .beta = high};
}

/// A classifier of 4 x 4 pixels: a pool, then logits from "fc", then what `end` appends to them.
Graph classifier(const std::function<void(Graph&, NodeId logits)>& end) {
  Graph graph;
  graph.append("input", Input{2}, {});
  graph.append("pool", GlobalAveragePool{}, {0});
  const NodeId fc =
      graph.append("fc", Linear{.in_features = 2, .out_features = kClasses, .weights = {}, .bias = {}}, {1});
  end(graph, fc);
  return graph;
}

std::optional<passes::Ending> ending_of(const Graph& graph) {
  const auto shapes = infer_shapes(graph, {2, 4, 4});
  REQUIRE(shapes);
  return passes::find_ending(graph, *shapes);
}

/// The same for ops one after the other on the logits.
std::optional<passes::Ending> ending_of(const std::vector<Op>& ops) {
  return ending_of(classifier([&](Graph& graph, NodeId at) {
    for (const Op& op : ops) at = graph.append("end" + std::to_string(at), op, {at});
  }));
}

}  // namespace

TEST_CASE("the last activation is found, whatever harmless follows it") {
  const std::vector<std::pair<std::vector<Op>, ScoreActivation>> cases = {
      {{Softmax{}}, ScoreActivation::softmax},
      {{sigmoid()}, ScoreActivation::sigmoid},
      {{Softmax{}, Flatten{}}, ScoreActivation::softmax},
      {{sigmoid(), clip(0, 1)}, ScoreActivation::sigmoid},
      {{Softmax{}, clip(1e-7f, 1 - 1e-7f)}, ScoreActivation::softmax}};
  for (const auto& [ops, activation] : cases) {
    const auto ending = ending_of(ops);
    REQUIRE(ending);
    CHECK(ending->activation == activation);
    CHECK(ending->node == 3);
    CHECK(ending->logits == 2);
    CHECK_FALSE(ending->logarithm);
  }
}

TEST_CASE("probabilities may end as their logarithms") {
  for (const auto& ops : {std::vector<Op>{Softmax{}, log()}, {Softmax{}, clip(1e-7f, 1), log(), Flatten{}}}) {
    const auto ending = ending_of(ops);
    REQUIRE(ending);
    CHECK(ending->activation == ScoreActivation::softmax);
    CHECK(ending->logarithm);
    CHECK(ending->logits == 2);
  }
}

TEST_CASE("a log-softmax written out is found, and nothing that only looks like one") {
  const auto written_out = [](ReductionKind most, ReductionKind total, bool same) {
    return classifier([&](Graph& graph, NodeId at) {
      const NodeId max = graph.append("max", ReduceChannels{most}, {at});
      const NodeId shifted = graph.append("shifted", Arithmetic{ArithmeticKind::subtract}, {at, max});
      const NodeId powers = graph.append(
          "powers", Activation{.kind = ActivationKind::exp, .alpha = 0, .beta = 0}, {same ? shifted : at});
      const NodeId sum = graph.append("sum", ReduceChannels{total}, {powers});
      graph.append("y", Arithmetic{ArithmeticKind::subtract}, {shifted, graph.append("log", log(), {sum})});
    });
  };
  const auto ending = ending_of(written_out(ReductionKind::maximum, ReductionKind::sum, true));
  REQUIRE(ending);
  CHECK(ending->activation == ScoreActivation::softmax);
  CHECK((ending->composed && ending->logarithm));
  CHECK(ending->logits == 2);
  CHECK_FALSE(ending_of(written_out(ReductionKind::minimum, ReductionKind::sum, true)));
  CHECK_FALSE(ending_of(written_out(ReductionKind::maximum, ReductionKind::mean, true)));
  CHECK_FALSE(ending_of(written_out(ReductionKind::maximum, ReductionKind::sum, false)));
}

TEST_CASE("a temperature stays with the logits, and of two softmaxes the first") {
  const BatchNorm scale{.channels = kClasses,
                        .epsilon = 0,
                        .relu = false,
                        .weight = {2, 2, 2},
                        .bias = {0, 0, 0},
                        .mean = {0, 0, 0},
                        .variance = {1, 1, 1}};
  const auto scaled = ending_of({scale, Softmax{}});
  REQUIRE(scaled);
  CHECK(scaled->logits == 3);
  const auto twice = ending_of({Softmax{}, Softmax{}});
  REQUIRE(twice);
  CHECK(twice->logits == 3);
}

TEST_CASE("networks that end otherwise have no last activation") {
  CHECK_FALSE(ending_of(std::vector<Op>{}));
  CHECK_FALSE(ending_of({Relu{}}));
  CHECK_FALSE(ending_of({Softmax{}, log(), log()}));
  CHECK_FALSE(ending_of({log()}));
  CHECK_FALSE(ending_of({Softmax{}, Relu{}}));
  CHECK_FALSE(ending_of({Softmax{}, clip(0.01f, 1)}));
  CHECK_FALSE(ending_of({sigmoid(), clip(0, 0.9f)}));
  CHECK_FALSE(ending_of({Softmax{}, SelectChannels{{1}}}));
  // The logits times their sigmoid are a silu.
  CHECK_FALSE(ending_of(classifier([](Graph& graph, NodeId at) {
    const NodeId gate = graph.append("gate", sigmoid(), {at});
    graph.append("silu", Arithmetic{ArithmeticKind::multiply}, {at, gate});
  })));
  // A flatten that mixes places and classes is no harmless one.
  Graph places;
  places.append("input", Input{2}, {});
  places.append("softmax", Softmax{}, {0});
  places.append("flat", Flatten{}, {1});
  CHECK_FALSE(ending_of(places));
}

TEST_CASE("what is computed of probabilities alone is told from logits") {
  const auto made = [](const std::function<void(Graph&, NodeId logits)>& end) {
    return passes::is_made_of_probabilities(classifier(end));
  };
  CHECK(made([](Graph& graph, NodeId at) {  // the mean of two softmaxes
    const NodeId first = graph.append("a", Softmax{}, {at});
    const NodeId second = graph.append("b", Softmax{}, {at});
    const NodeId sum = graph.append("sum", Add{}, {first, second});
    const NodeId half = graph.append("half", Constant{{1, 1, 1}, {0.5f}}, {});
    graph.append("mean", Arithmetic{ArithmeticKind::multiply}, {sum, half});
  }));
  CHECK(made([](Graph& graph, NodeId at) {
    graph.append("second", SelectChannels{{1}}, {graph.append("softmax", Softmax{}, {at})});
  }));
  CHECK(made([](Graph& graph, NodeId at) {
    graph.append("hard", Activation{.kind = ActivationKind::hard_sigmoid, .alpha = 0.2f, .beta = 0.5f}, {at});
  }));
  CHECK_FALSE(made([](Graph&, NodeId) {}));
  CHECK_FALSE(made([](Graph& graph, NodeId at) {  // a gate on the logits
    graph.append("silu", Arithmetic{ArithmeticKind::multiply}, {at, graph.append("gate", sigmoid(), {at})});
  }));
  CHECK_FALSE(made([](Graph& graph, NodeId at) {  // a layer after it computes logits again
    const NodeId hidden = graph.append("sigmoid", sigmoid(), {at});
    graph.append("fc2", Linear{.in_features = kClasses, .out_features = 2, .weights = {}, .bias = {}},
                 {hidden});
  }));
}

TEST_CASE("without its ending a network gives its logits") {
  Graph graph = classifier(
      [](Graph& g, NodeId at) { g.append("flat", Flatten{}, {g.append("softmax", Softmax{}, {at})}); });
  const auto ending = ending_of(graph);
  REQUIRE(ending);
  REQUIRE(passes::drop_ending(graph, *ending));
  CHECK(graph.nodes.size() == 3);
  CHECK(graph.nodes[graph.output].name == "fc");
}

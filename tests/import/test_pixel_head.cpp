// SPDX-License-Identifier: MIT
// Heads that make a classifier label pixels: what they compute, and which classifiers cannot take them.
#include "tools/export/pixel_head.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>

#include "fcn/graph/shape_inference.hpp"
#include "tests/engine/random_network.hpp"
#include "tests/engine/small_layers.hpp"

using namespace fcn;
using namespace fcn::tools;
using namespace fcn::test;
using Catch::Contains;

namespace {

constexpr int kClasses = 5, kSide = 32;

/// Three convolutions of stride 2, whose maps have a place for every 2, 4 and 8 pixels.
ImportedNetwork convolutions(Random& random) {
  ImportedNetwork network;
  Graph& g = network.graph;
  NodeId x = g.append("input", Input{3}, {});
  x = g.append("stage2", random_conv(random, 3, 4, 3, 2, 1), {x});
  x = g.append("stage4", random_conv(random, 4, 6, 3, 2, 1), {x});
  g.append("stage8", random_conv(random, 6, 7, 3, 2, 1), {x});
  return network;
}

Linear random_linear(Random& random, int in, int out) {
  Linear linear = make_linear(in, out);
  linear.weights = random.floats(in * out, -1, 1);
  linear.bias = random.floats(out, -1, 1);
  return linear;
}

ImportedNetwork pooled_classifier(Random& random) {
  ImportedNetwork network = convolutions(random);
  Graph& g = network.graph;
  NodeId x = g.append("pool", GlobalAveragePool{}, {g.output});
  x = g.append("flat", Flatten{}, {x});
  g.append("fc", random_linear(random, 7, kClasses), {x});
  return network;
}

NodeId find(const Graph& graph, const std::string& name) {
  for (NodeId id = 0; id < graph.nodes.size(); ++id)
    if (graph.nodes[id].name == name) return id;
  FAIL("no node " << name);
  return 0;
}

}  // namespace

TEST_CASE("the mean of the scores of all places is the classifier's answer") {
  Random random(3);
  const ImportedNetwork classifier = pooled_classifier(random);
  const Map picture = Picture(random, kSide, kSide, 3).input({});
  const Map logits = evaluate(classifier.graph, picture)[classifier.graph.output];
  for (const PixelHead kind : {PixelHead::fcn32s, PixelHead::fcn16s, PixelHead::fcn8s}) {
    ImportedNetwork network = classifier;
    REQUIRE(build_pixel_head(network, {kSide, kSide}, {kind, {}}));
    const auto maps = evaluate(network.graph, picture);
    const Map& scores = maps[find(network.graph, "fc")];
    const Map& labels = maps[network.graph.output];
    REQUIRE((labels.c == kClasses && labels.h == kSide && labels.w == kSide));
    for (int c = 0; c < kClasses; ++c) {
      double sum = 0;
      for (int y = 0; y < scores.h; ++y)
        for (int x = 0; x < scores.w; ++x) sum += scores.at(c, y, x);
      CHECK(sum / (scores.h * scores.w) == Approx(logits.at(c, 0, 0)).margin(1e-9));
      // Place 1 looks at pixel 8; an even kernel's middle lies half a pixel beside it.
      if (kind == PixelHead::fcn32s)
        CHECK(labels.at(c, 8, 8) ==
              Approx(scores.at(c, 1, 1) * 15 * 15 / 256 + scores.at(c, 1, 0) * 15 / 256 +
                     scores.at(c, 0, 1) * 15 / 256 + scores.at(c, 0, 0) / 256)
                  .margin(1e-9));
    }
  }
}

TEST_CASE("a head with skips adds the finer maps' scores before it enlarges further") {
  Random random(4);
  ImportedNetwork network = pooled_classifier(random);
  REQUIRE(build_pixel_head(network, {kSide, kSide}, {PixelHead::fcn8s, {}}));
  Graph& g = network.graph;
  const Map picture = Picture(random, kSide, kSide, 3).input({});
  const Map before = evaluate(g, picture)[g.output];
  for (const std::string tap : {"stage4", "stage2"}) {
    const NodeId score = find(g, "score_" + tap);
    CHECK(g.nodes[g.nodes[score].inputs[0]].name == tap);
    auto& conv = std::get<Conv>(g.nodes[score].op);
    for (const float weight : conv.weights) REQUIRE(weight == 0);
    conv.bias.assign(kClasses, 1.0f);  // what is then added, of stride 4 enlarged once and of stride 2 not
  }
  const Map after = evaluate(g, picture)[g.output];
  const int middle = kSide / 2;  // the edges fade
  for (int c = 0; c < kClasses; ++c)
    CHECK(after.at(c, middle, middle) == Approx(before.at(c, middle, middle) + 2).margin(1e-9));
}

TEST_CASE("a head to be trained has the usual alignment: half a stride is cut off") {
  Random random(5);
  ImportedNetwork network = pooled_classifier(random);
  REQUIRE(build_pixel_head(network, {kSide, kSide}, {PixelHead::fcn32s, kClasses}));
  const auto maps = evaluate(network.graph, Picture(random, kSide, kSide, 3).input({}));
  const Map& scores = maps[find(network.graph, "score")];
  for (int c = 0; c < kClasses; ++c)  // of a transposed convolution with kernel 16, stride 8 and padding 4
    CHECK(maps[network.graph.output].at(c, 0, 0) == Approx(scores.at(c, 0, 0) * 81 / 256).margin(1e-9));
}

TEST_CASE("a new scoring layer has the classes asked for and always the same weights") {
  const auto scoring = [](std::uint32_t seed) {
    Random random(seed);
    ImportedNetwork network = pooled_classifier(random);
    network.labels.assign(kClasses, "old");
    network.activation = ScoreActivation::sigmoid;
    REQUIRE(build_pixel_head(network, {kSide, kSide}, {PixelHead::fcn16s, 21}));
    CHECK(network.labels.empty());
    CHECK_FALSE(network.activation);
    CHECK_THAT(network.notes.front(), Contains("21 classes is new and must be trained"));
    return std::get<Conv>(network.graph.nodes[find(network.graph, "score")].op);
  };
  const Conv conv = scoring(1);
  CHECK((conv.in_channels == 7 && conv.out_channels == 21));
  CHECK(conv.weights == scoring(2).weights);
  double sum = 0;
  const double bound = std::sqrt(6.0 / (7 + 21));
  for (const float weight : conv.weights) {
    CHECK(std::abs(weight) <= bound);
    sum += weight;
  }
  CHECK(std::abs(sum) / static_cast<double>(conv.weights.size()) < 0.2 * bound);
}

TEST_CASE("a layer on a flattened map keeps the map's size, and a softmax is taken off") {
  Random random(6);
  ImportedNetwork network = convolutions(random);
  Graph& g = network.graph;
  NodeId x = g.append("flat", Flatten{}, {g.output});
  x = g.append("fc6", random_linear(random, 7 * 4 * 4, 9), {x});
  x = g.append("relu6", Relu{}, {x});
  x = g.append("fc7", random_linear(random, 9, kClasses), {x});
  g.append("softmax", Softmax{}, {x});
  REQUIRE(build_pixel_head(network, {kSide, kSide}, {PixelHead::fcn32s, {}}));
  CHECK(network.activation == ScoreActivation::softmax);
  const auto shapes = infer_shapes(g, {3, kSide, kSide});
  REQUIRE(shapes);
  CHECK((*shapes)[find(g, "fc6")] == Shape{9, 4, 4});
  CHECK((*shapes)[g.output] == Shape{kClasses, kSide, kSide});
}

TEST_CASE("maps that do not cover the picture are interpolated to it") {
  Random random(7);
  ImportedNetwork network;
  Graph& g = network.graph;
  NodeId x = g.append("input", Input{3}, {});
  x = g.append("stage2", random_conv(random, 3, 4, 7, 2, 0), {x});
  x = g.append("stage4", random_conv(random, 4, 6, 5, 2, 0), {x});
  x = g.append("pool", GlobalAveragePool{}, {x});
  x = g.append("flat", Flatten{}, {x});
  g.append("fc", random_linear(random, 6, kClasses), {x});
  REQUIRE(build_pixel_head(network, {kSide, kSide}, {PixelHead::fcn16s, {}}));
  CHECK_THAT(network.notes.back(), Contains("does not cover the whole picture"));
  const auto shapes = infer_shapes(g, {3, 2 * kSide, kSide + 5});
  REQUIRE(shapes);
  CHECK((*shapes)[g.output] == Shape{kClasses, 2 * kSide, kSide + 5});
}

TEST_CASE("networks that cannot take such a head say why") {
  Random random(8);
  ImportedNetwork headless = convolutions(random);
  CHECK_THAT(build_pixel_head(headless, {kSide, kSide}, {}).error().to_string(),
             Contains("--head") && Contains("does not pool or flatten"));

  ImportedNetwork shallow = pooled_classifier(random);
  shallow.graph.nodes[1].op = random_conv(random, 3, 4, 3, 1, 1);
  shallow.graph.nodes[2].op = random_conv(random, 4, 6, 3, 1, 1);
  CHECK_THAT(build_pixel_head(shallow, {kSide, kSide}, {PixelHead::fcn16s, {}}).error().to_string(),
             Contains("a place for every 2 pixels"));

  ImportedNetwork curved = pooled_classifier(random);
  curved.graph.append("curve", Activation{ActivationKind::tanh, 0, 0}, {curved.graph.output});
  CHECK_THAT(build_pixel_head(curved, {kSide, kSide}, {PixelHead::fcn32s, 3}).error().to_string(),
             Contains("node curve (activation)") && Contains("--classes"));

  ImportedNetwork everywhere = pooled_classifier(random);
  everywhere.is_fcn = true;
  CHECK_FALSE(build_pixel_head(everywhere, {kSide, kSide}, {}));
}

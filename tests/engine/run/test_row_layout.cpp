// SPDX-License-Identifier: MIT
// That rows are padded for whoever writes whole quanta, whatever graph a file holds: tiny random graphs of
// which any node is the output, run as a user does. The address sanitizer watches where there is one.
#include <catch2/catch.hpp>
#include <variant>

#include "fcn/kernels/select.hpp"
#include "fcn/run/plan.hpp"
#include "fcn/session.hpp"
#include "tests/engine/emulated.hpp"
#include "tests/engine/random_network.hpp"

namespace fcn::test {
namespace {

/// One more node, with an input among those there are. `flat`: it ends the graph.
void append_any(Graph& g, Random& random, std::vector<int>& channels) {
  const auto from = static_cast<NodeId>(random.between(0, static_cast<int>(g.nodes.size()) - 1));
  const std::string name = "node" + std::to_string(g.nodes.size());
  int made = channels[from];
  Op op = Relu{};
  std::vector<NodeId> inputs{from};
  switch (random.between(0, 9)) {
    case 0:
      made = random.between(1, 17);
      op = random_conv(random, channels[from], made, 1, 1, 0);
      break;
    case 1:
      made = random.between(1, 17);
      op = random_conv(random, channels[from], made, 3, random.between(1, 2), 1);
      break;
    case 2:
      op = random_conv(random, channels[from], made, 3, 1, 1, made);
      break;
    case 3:
      op = Concat{};
      inputs = {from, from};
      made *= 2;
      break;
    case 4:
      made = random.between(1, 3);
      op = SelectChannels{std::vector<int>(static_cast<std::size_t>(made), channels[from] - 1)};
      break;
    case 5:
      op = GlobalAveragePool{};
      break;
    case 6:
      op = Pad{PadMode::constant, {1, 0, 0, 2}, 0.5f};
      break;
    case 7:
      made = random.between(1, 5);
      op = Constant{{made, 1, 1}, random.floats(made, -1, 1)};
      inputs.clear();
      break;
    case 8:
      op = Softmax{};
      break;
    default:
      break;
  }
  g.append(name, std::move(op), std::move(inputs));
  channels.push_back(made);
}

Graph tiny_graph(Random& random) {
  Graph g;
  std::vector<int> channels{random.chance() ? 3 : 1};
  g.append("input", Input{channels[0]}, {});
  for (int i = random.between(0, 4); i > 0; --i) append_any(g, random, channels);
  if (random.between(0, 3) == 0) g.append("flat", Flatten{}, {g.output});
  g.output = static_cast<NodeId>(random.between(0, static_cast<int>(g.nodes.size()) - 1));
  return g;
}

/// Only pixels that convolutions alone read may lie without padding.
void check_layout(const Plan& plan) {
  const Graph& graph = plan.graph();
  CHECK(plan.node(graph.output).pixel_stride % kernels::kChannelQuantum == 0);
  for (const Node& node : graph.nodes)
    for (std::size_t slot = 0; slot < node.inputs.size(); ++slot)
      if (!std::holds_alternative<Conv>(node.op) || slot != 0)
        CHECK(plan.node(node.inputs[slot]).pixel_stride % kernels::kChannelQuantum == 0);
}

ScoreMap run(const Model& model, const Picture& picture, ScoreKind scores) {
  auto session = Session::create(model, {.threads = 2, .scores = scores});
  REQUIRE(session);
  auto map = session->run(picture.view());
  if (!map) FAIL(map.error().to_string());
  check_layout(*session->plan());
  return *std::move(map);
}

}  // namespace

TEST_CASE("any node of any tiny graph may be the output") {
  Random random(7);
  for (int round = 0; round < (kEmulated ? 30 : 300); ++round) {
    const Graph graph = tiny_graph(random);
    const int channels = std::get<Input>(graph.nodes[0].op).channels;
    const Picture picture(random, random.between(1, 9), random.between(1, 33), channels);
    INFO("round " << round << ", output " << graph.output << " of " << graph.nodes.size()
                  << " nodes, picture " << picture.height << "x" << picture.width);
    for (const kernels::KernelTable* table : kernels::supported_tables()) {
      auto model = Model::from_graph(graph, {}, {.table = table, .limits = {}});
      REQUIRE(model);
      const ScoreMap map = run(*model, picture, ScoreKind::probabilities);
      const ScoreMap logits = run(*model, picture, ScoreKind::logits);
      REQUIRE(map.classes() == logits.classes());
      for (int row = 0; row < map.rows(); ++row)
        for (int col = 0; col < map.cols(); ++col) {
          double sum = 0;
          for (int c = 0; c < map.classes(); ++c) sum += map.at(c, row, col);
          CHECK(sum == Approx(1).margin(1e-5));
        }
    }
  }
}

}  // namespace fcn::test

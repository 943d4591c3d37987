// SPDX-License-Identifier: MIT
#include "tools/export/score_meaning.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string_view>

namespace fcn::tools {
namespace {

std::string_view ending_name(const passes::Ending& ending) {
  if (ending.activation == ScoreActivation::softmax) return ending.logarithm ? "log-softmax" : "softmax";
  return ending.logarithm ? "log-sigmoid" : "sigmoid";
}

}  // namespace

ScoreMeaning find_meaning(const Graph& graph, const std::vector<Shape>& shapes,
                          std::optional<ScoreActivation> asked, std::optional<ScoreActivation> stored) {
  ScoreMeaning meaning;
  meaning.ending = passes::find_ending(graph, shapes);
  std::string end = "the network ends in logits";
  if (meaning.ending) {
    meaning.activation = meaning.ending->activation;
    meaning.reason = end = fmt::format("the network ends in a {}", ending_name(*meaning.ending));
  } else if (passes::is_made_of_probabilities(graph)) {
    meaning.activation = ScoreActivation::none;
    meaning.reason = end = "the network computes on with its probabilities, so it has no logits";
  } else if (stored) {
    meaning.activation = *stored;
    meaning.reason = "the file says so";
  } else if (shapes[graph.output].channels == 1) {
    meaning.activation = ScoreActivation::sigmoid;
    meaning.reason = "the network ends in the logit of one class; --activation says otherwise";
  } else {
    meaning.reason = "the network ends in logits, and that is usual; --activation says otherwise";
  }
  if (asked && *asked != meaning.activation) {
    meaning.activation = *asked;
    meaning.reason = "as --activation says; " + end;
  }
  return meaning;
}

std::string meaning_text(const ScoreMeaning& meaning, int classes) {
  std::string what;
  switch (meaning.activation) {
    case ScoreActivation::softmax:
      what = classes == 1 ? "softmax over one class, which is 100 % whatever the picture"
                          : fmt::format("softmax, {} classes exclude each other", classes);
      break;
    case ScoreActivation::sigmoid:
      what = classes == 1 ? "sigmoid, one class is there or not"
                          : fmt::format("sigmoid, {} classes are independent", classes);
      break;
    case ScoreActivation::none:
      what = "as the network gives them, not as probabilities";
      break;
  }
  return fmt::format("Scores: {}\n  ({})\n", what, meaning.reason);
}

Graph with_own_probabilities(Graph graph, const passes::Ending& ending) {
  NodeId probabilities = ending.node;
  if (ending.composed)
    probabilities =
        graph.append("powers", Activation{.kind = ActivationKind::exp, .alpha = 0, .beta = 0}, {ending.node});
  graph.append("both", Concat(), {ending.logits, probabilities});
  return graph;
}

std::vector<float> probabilities_of(const std::vector<float>& logits, int classes,
                                    ScoreActivation activation) {
  std::vector<float> probabilities(logits.size());
  const std::size_t cells = logits.size() / static_cast<std::size_t>(classes);
  for (std::size_t cell = 0; cell < cells; ++cell) {
    double largest = static_cast<double>(logits[cell]), sum = 0;
    for (std::size_t i = cell; i < logits.size(); i += cells)
      largest = std::max(largest, static_cast<double>(logits[i]));
    const auto share = [&](std::size_t i) { return std::exp(static_cast<double>(logits[i]) - largest); };
    for (std::size_t i = cell; i < logits.size(); i += cells) sum += share(i);
    for (std::size_t i = cell; i < logits.size(); i += cells)
      probabilities[i] = static_cast<float>(activation == ScoreActivation::softmax
                                                ? share(i) / sum
                                                : 1 / (1 + std::exp(-static_cast<double>(logits[i]))));
  }
  return probabilities;
}

double probability_bound(ScoreActivation activation, double logits, int classes) {
  constexpr double kUnit = 0x1p-24;
  // The exponential is within 3 units (test_exp.cpp), twice where a log-softmax is written out; its argument,
  // the quotient and the rest take one each.
  constexpr double kSteps = 10;
  // The sum over the classes; a logarithm of it has ln(classes) units, two of them less than classes.
  const double sums = activation == ScoreActivation::softmax ? 2.0 * classes : 1;
  const double slope = activation == ScoreActivation::softmax ? 0.5 : 0.25;
  return logits * slope + 2 * kUnit * (kSteps + sums);
}

}  // namespace fcn::tools

// SPDX-License-Identifier: MIT
// How a network's scores are meant, decided at export: by its own last activation, by its file or the user,
// or by convention; and what the proof needs to compare probabilities. Not here: finding the activation
// (fcn/passes/find_ending.hpp).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fcn/graph/graph.hpp"
#include "fcn/model_info.hpp"
#include "fcn/passes/find_ending.hpp"

namespace fcn::tools {

struct ScoreMeaning {
  ScoreActivation activation = ScoreActivation::softmax;
  std::optional<passes::Ending> ending;  ///< to be removed
  std::string reason;                    ///< for the report
};

/// `asked` is the user's choice, `stored` the file's; `shapes` are those on the training window.
ScoreMeaning find_meaning(const Graph& graph, const std::vector<Shape>& shapes,
                          std::optional<ScoreActivation> asked, std::optional<ScoreActivation> stored);

/// One line: how the logits become scores, and why.
std::string meaning_text(const ScoreMeaning& meaning, int classes);

/// The graph with its logits and, after them as further channels, the probabilities that it makes of them.
Graph with_own_probabilities(Graph graph, const passes::Ending& ending);

/// What a softmax or a sigmoid makes of logits, classes x rows x cols, in float64.
std::vector<float> probabilities_of(const std::vector<float>& logits, int classes,
                                    ScoreActivation activation);

/// The most by which probabilities can differ whose logits differ by `logits` at most. The softmax's
/// derivatives along a class sum to 2 p (1 - p), 1/2 at most, the sigmoid's is 1/4 at most; either rounds, in
/// both runs, its exponential, its sum over the classes and its quotient.
double probability_bound(ScoreActivation activation, double logits, int classes);

}  // namespace fcn::tools

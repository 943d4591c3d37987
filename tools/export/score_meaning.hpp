// SPDX-License-Identifier: MIT
// What a network means by its numbers, decided at export: by its own last activation, by what its file or the
// user says, or by what is usual; and what the proof needs to compare probabilities. Not here: finding
// the activation (fcn/passes/find_ending.hpp).
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
  std::optional<passes::Ending> ending;  ///< to be taken off
  std::string reason;                    ///< for people
};

/// `asked` is the user's word, `stored` the file's; `shapes` are those on the training window.
ScoreMeaning find_meaning(const Graph& graph, const std::vector<Shape>& shapes,
                          std::optional<ScoreActivation> asked, std::optional<ScoreActivation> stored);

/// One line: what becomes of the logits, and why.
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

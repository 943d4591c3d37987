// SPDX-License-Identifier: MIT
// A classifier's own last activation: where its logits end and its probabilities begin. Found on the graph as
// imported, and taken off so that the network gives logits. Not here: how a network is treated that ends
// in neither (tools/export/score_meaning.hpp).
#pragma once

#include <optional>
#include <vector>

#include "fcn/graph/graph.hpp"
#include "fcn/model_info.hpp"
#include "fcn/result.hpp"

namespace fcn::inline FCN_ABI::passes {

/// How a classifier ends.
struct Ending {
  ScoreActivation activation = ScoreActivation::softmax;
  NodeId node = 0;         ///< the last that computes the activation
  NodeId logits = 0;       ///< what it reads
  bool logarithm = false;  ///< the network gives the probabilities' logarithms,
  bool composed = false;   ///< and `node` already does: a log-softmax made of simpler ops
};

namespace detail {

const Activation* as_activation(const Op& op);

/// Reads x of `node`'s first input, if it is an activation of this kind; else nothing.
std::optional<NodeId> activated(const Graph& graph, NodeId node, ActivationKind kind);

std::optional<NodeId> reduced(const Graph& graph, NodeId node, ReductionKind kind);

}  // namespace detail

/// The last activation, if the network gives probabilities (or their logarithms). `shapes` are those
/// on the training window.
std::optional<Ending> find_ending(const Graph& graph, const std::vector<Shape>& shapes);

/// Whether the network's output is computed of nothing but probabilities, as the mean of several softmaxes
/// is: no logits then, whatever comes out.
bool is_made_of_probabilities(const Graph& graph);

/// Removes the ending, so that the network gives its logits.
Status drop_ending(Graph& graph, const Ending& ending);

}  // namespace fcn::inline FCN_ABI::passes

#ifndef FCN_COMPILED
#include "fcn/passes/find_ending_inl.hpp"
#endif

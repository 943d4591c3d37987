// SPDX-License-Identifier: MIT
// A classifier's own last activation: where its logits end and its probabilities begin. Found on the graph as
// imported, and taken off so that the logits are what the network gives. Not here: what is made of a network
// that ends in neither (tools/export/score_meaning.hpp).
#pragma once

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "fcn/graph/graph.hpp"
#include "fcn/model_info.hpp"
#include "fcn/passes/rewire.hpp"
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

inline const Activation* as_activation(const Op& op) {
  return std::get_if<Activation>(&op);
}

/// Whether an op after the activation leaves probabilities, or their logarithms, as they are: a flatten of
/// one place, or a clip that only keeps them off 0 and 1, as Keras does before a logarithm.
inline bool keeps_probabilities(const Node& node, const std::vector<Shape>& shapes) {
  constexpr float kOff = 1e-6f;
  if (const auto* activation = as_activation(node.op))
    return activation->kind == ActivationKind::clip && activation->alpha <= kOff &&
           activation->beta >= 1 - kOff;
  if (!std::holds_alternative<Flatten>(node.op)) return false;
  const Shape& in = shapes[node.inputs[0]];
  return in.height == 1 && in.width == 1;
}

inline bool is_sigmoid(const Op& op) {
  const auto* activation = as_activation(op);
  return activation != nullptr && activation->kind == ActivationKind::sigmoid;
}

/// Whether an op whose inputs are all made of probabilities gives something made of them.
inline bool passes_on(const Op& op) {
  return std::holds_alternative<Flatten>(op) || std::holds_alternative<SelectChannels>(op) ||
         std::holds_alternative<Concat>(op) || std::holds_alternative<AveragePool>(op) ||
         std::holds_alternative<MaxPool>(op) || std::holds_alternative<GlobalAveragePool>(op) ||
         std::holds_alternative<GlobalMaxPool>(op) || std::holds_alternative<Add>(op) ||
         std::holds_alternative<Arithmetic>(op) || std::holds_alternative<BatchNorm>(op) ||
         std::holds_alternative<Relu>(op) || std::holds_alternative<Activation>(op) ||
         std::holds_alternative<Resize>(op);
}

/// Reads x of `node`'s first input, if it is an activation of this kind; else nothing.
inline std::optional<NodeId> activated(const Graph& graph, NodeId node, ActivationKind kind) {
  const auto* activation = as_activation(graph.nodes[node].op);
  if (activation == nullptr || activation->kind != kind) return std::nullopt;
  return graph.nodes[node].inputs[0];
}

inline std::optional<NodeId> reduced(const Graph& graph, NodeId node, ReductionKind kind) {
  const auto* reduction = std::get_if<ReduceChannels>(&graph.nodes[node].op);
  if (reduction == nullptr || reduction->kind != kind) return std::nullopt;
  return graph.nodes[node].inputs[0];
}

/// The two sides of a subtraction.
inline std::optional<std::pair<NodeId, NodeId>> subtracted(const Graph& graph, NodeId node) {
  const auto* arithmetic = std::get_if<Arithmetic>(&graph.nodes[node].op);
  if (arithmetic == nullptr || arithmetic->kind != ArithmeticKind::subtract) return std::nullopt;
  return std::pair(graph.nodes[node].inputs[0], graph.nodes[node].inputs[1]);
}

/// The x of a log-softmax written out: with s = x - max(x), s - log(sum(exp(s))).
inline std::optional<NodeId> read_log_softmax(const Graph& graph, NodeId node) {
  const auto outer = subtracted(graph, node);
  if (!outer) return std::nullopt;
  const auto sum = activated(graph, outer->second, ActivationKind::log);
  const auto powers = sum ? reduced(graph, *sum, ReductionKind::sum) : std::nullopt;
  const auto shifted = powers ? activated(graph, *powers, ActivationKind::exp) : std::nullopt;
  const auto inner = shifted == outer->first ? subtracted(graph, outer->first) : std::nullopt;
  const bool largest = inner && reduced(graph, inner->second, ReductionKind::maximum) == inner->first;
  return largest ? std::optional<NodeId>(inner->first) : std::nullopt;
}

}  // namespace detail

/// The last activation, if probabilities (or their logarithms) are what the network gives. `shapes` are those
/// on the training window.
inline std::optional<Ending> find_ending(const Graph& graph, const std::vector<Shape>& shapes) {
  Ending ending;
  for (NodeId at = graph.output;;) {
    const Node& node = graph.nodes[at];
    const auto* activation = detail::as_activation(node.op);
    const bool softmax = std::holds_alternative<Softmax>(node.op);
    if (softmax || detail::is_sigmoid(node.op)) {
      ending.activation = softmax ? ScoreActivation::softmax : ScoreActivation::sigmoid;
      ending.node = at;
      ending.logits = node.inputs[0];
      return ending;
    }
    if (const auto logits = detail::read_log_softmax(graph, at); logits && !ending.logarithm)
      return Ending{ScoreActivation::softmax, at, *logits, true, true};
    const bool log = activation != nullptr && activation->kind == ActivationKind::log;
    if ((!log || ending.logarithm) && !detail::keeps_probabilities(node, shapes)) return std::nullopt;
    ending.logarithm = ending.logarithm || log;
    at = node.inputs[0];
  }
}

/// Whether the network's output is computed of nothing but probabilities, as the mean of several softmaxes
/// is: no logits then, whatever comes out.
inline bool is_made_of_probabilities(const Graph& graph) {
  enum class Kind { constant, probabilities, other };
  std::vector<Kind> kinds;
  for (const Node& node : graph.nodes) {
    const auto* activation = detail::as_activation(node.op);
    const bool gate = activation != nullptr && activation->kind == ActivationKind::hard_sigmoid;
    const auto reads = [&](Kind kind) {
      return std::any_of(node.inputs.begin(), node.inputs.end(),
                         [&](NodeId input) { return kinds[input] == kind; });
    };
    if (std::holds_alternative<Constant>(node.op))
      kinds.push_back(Kind::constant);
    else if (std::holds_alternative<Softmax>(node.op) || detail::is_sigmoid(node.op) || gate)
      kinds.push_back(Kind::probabilities);
    else if (detail::passes_on(node.op) && reads(Kind::probabilities) && !reads(Kind::other))
      kinds.push_back(Kind::probabilities);
    else
      kinds.push_back(Kind::other);
  }
  return kinds[graph.output] == Kind::probabilities;
}

/// Leaves the network its logits.
inline Status drop_ending(Graph& graph, const Ending& ending) {
  graph.output = ending.logits;
  return remove_dead_nodes(graph);
}

}  // namespace fcn::inline FCN_ABI::passes

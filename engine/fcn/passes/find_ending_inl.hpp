// SPDX-License-Identifier: MIT
// Definitions of find_ending.hpp: compiled into fcn::runtime, or inline where headers are used alone.
#pragma once

#include <algorithm>
#include <string_view>
#include <utility>
#include <variant>

#include "fcn/passes/find_ending.hpp"
#include "fcn/passes/rewire.hpp"

namespace fcn::inline FCN_ABI::passes {

namespace detail {

FCN_INLINE const Activation* as_activation(const Op& op) {
  return std::get_if<Activation>(&op);
}

/// Whether an op after the activation leaves probabilities, or their logarithms, as they are: a flatten of
/// one place, or a clip that only keeps them off 0 and 1, as Keras does before a logarithm.
FCN_INLINE bool keeps_probabilities(const Node& node, const std::vector<Shape>& shapes) {
  constexpr float kOff = 1e-6f;
  if (const auto* activation = as_activation(node.op))
    return activation->kind == ActivationKind::clip && activation->alpha <= kOff &&
           activation->beta >= 1 - kOff;
  if (!std::holds_alternative<Flatten>(node.op)) return false;
  const Shape& in = shapes[node.inputs[0]];
  return in.height == 1 && in.width == 1;
}

FCN_INLINE bool is_sigmoid(const Op& op) {
  const auto* activation = as_activation(op);
  return activation != nullptr && activation->kind == ActivationKind::sigmoid;
}

/// Whether an op whose inputs are all made of probabilities gives something made of them.
FCN_INLINE bool passes_on(const Op& op) {
  return std::holds_alternative<Flatten>(op) || std::holds_alternative<SelectChannels>(op) ||
         std::holds_alternative<Concat>(op) || std::holds_alternative<AveragePool>(op) ||
         std::holds_alternative<MaxPool>(op) || std::holds_alternative<GlobalAveragePool>(op) ||
         std::holds_alternative<GlobalMaxPool>(op) || std::holds_alternative<Add>(op) ||
         std::holds_alternative<Arithmetic>(op) || std::holds_alternative<BatchNorm>(op) ||
         std::holds_alternative<Relu>(op) || std::holds_alternative<Activation>(op) ||
         std::holds_alternative<Resize>(op) || std::holds_alternative<ResizeTo>(op) ||
         std::holds_alternative<CropTo>(op) || std::holds_alternative<CenterTo>(op);
}

FCN_INLINE std::optional<NodeId> activated(const Graph& graph, NodeId node, ActivationKind kind) {
  const auto* activation = as_activation(graph.nodes[node].op);
  if (activation == nullptr || activation->kind != kind) return std::nullopt;
  return graph.nodes[node].inputs[0];
}

FCN_INLINE std::optional<NodeId> reduced(const Graph& graph, NodeId node, ReductionKind kind) {
  const auto* reduction = std::get_if<ReduceChannels>(&graph.nodes[node].op);
  if (reduction == nullptr || reduction->kind != kind) return std::nullopt;
  return graph.nodes[node].inputs[0];
}

/// The two sides of a subtraction.
FCN_INLINE std::optional<std::pair<NodeId, NodeId>> subtracted(const Graph& graph, NodeId node) {
  const auto* arithmetic = std::get_if<Arithmetic>(&graph.nodes[node].op);
  if (arithmetic == nullptr || arithmetic->kind != ArithmeticKind::subtract) return std::nullopt;
  return std::pair(graph.nodes[node].inputs[0], graph.nodes[node].inputs[1]);
}

/// The x of a log-softmax written out: with s = x - max(x), s - log(sum(exp(s))).
FCN_INLINE std::optional<NodeId> read_log_softmax(const Graph& graph, NodeId node) {
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

FCN_INLINE std::optional<Ending> find_ending(const Graph& graph, const std::vector<Shape>& shapes) {
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

FCN_INLINE bool is_made_of_probabilities(const Graph& graph) {
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

FCN_INLINE Status drop_ending(Graph& graph, const Ending& ending) {
  graph.output = ending.logits;
  return remove_dead_nodes(graph);
}

}  // namespace fcn::inline FCN_ABI::passes

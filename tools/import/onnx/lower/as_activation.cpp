// SPDX-License-Identifier: MIT
// Products and quotients that are written in place of an activation: x sigmoid(x), x tanh(softplus(x)), GELU
// by erf or tanh with its factors in any order, and sigmoid and softmax as quotients of exponentials.
#include <cmath>
#include <utility>
#include <variant>

#include "tools/import/onnx/lower/elementwise.hpp"

namespace fcn::tools {
namespace {

/// A node's value as scale * (another node's value) + shift, the same for all channels.
struct Scaled {
  NodeId node = 0;
  double scale = 1;
  double shift = 0;
};

/// Follows all scales and shifts to the value below them.
Scaled peel(const Graph& graph, NodeId id) {
  Scaled result{.node = id};
  while (const auto* norm = std::get_if<BatchNorm>(&graph.nodes[result.node].op)) {
    if (norm->relu || norm->epsilon != 0 || norm->weight.empty()) break;
    const float scale = norm->weight[0], shift = norm->bias[0];
    bool uniform = true;
    for (std::size_t c = 0; c < norm->weight.size(); ++c)
      uniform = uniform && norm->weight[c] == scale && norm->bias[c] == shift && norm->mean[c] == 0 &&
                norm->variance[c] == 1;
    if (!uniform) break;
    result.shift += result.scale * static_cast<double>(shift);
    result.scale *= static_cast<double>(scale);
    result.node = graph.nodes[result.node].inputs[0];
  }
  return result;
}

/// Whether two numbers are one, written as float32.
bool is_near(double value, double wanted) {
  return std::abs(value - wanted) <= 4e-7 * std::abs(wanted);
}

const Activation* activation_at(const Graph& graph, NodeId id, ActivationKind kind) {
  const auto* activation = std::get_if<Activation>(&graph.nodes[id].op);
  return activation != nullptr && activation->kind == kind ? activation : nullptr;
}

const Node* product_at(const Graph& graph, NodeId id) {
  const auto* arithmetic = std::get_if<Arithmetic>(&graph.nodes[id].op);
  return arithmetic != nullptr && arithmetic->kind == ArithmeticKind::multiply ? &graph.nodes[id] : nullptr;
}

/// Whether node `id` is x^3.
bool is_cube(const Graph& graph, NodeId id, NodeId x) {
  const Node* outer = product_at(graph, id);
  if (outer == nullptr) return false;
  for (const std::size_t i : {0u, 1u}) {
    if (outer->inputs[i] != x) continue;
    const Node* inner = product_at(graph, outer->inputs[1 - i]);
    if (inner != nullptr && inner->inputs[0] == x && inner->inputs[1] == x) return true;
  }
  return false;
}

/// Whether node `id` is x + 0.044715 x^3.
bool is_gelu_polynomial(const Graph& graph, NodeId id, NodeId x) {
  const Node& sum = graph.nodes[id];
  const auto* arithmetic = std::get_if<Arithmetic>(&sum.op);
  if (!std::holds_alternative<Add>(sum.op) &&
      (arithmetic == nullptr || arithmetic->kind != ArithmeticKind::add))
    return false;
  for (const std::size_t i : {0u, 1u}) {
    if (sum.inputs[i] != x) continue;
    const Scaled cube = peel(graph, sum.inputs[1 - i]);
    if (cube.shift == 0 && is_near(cube.scale, 0.044715) && is_cube(graph, cube.node, x)) return true;
  }
  return false;
}

/// `x` times a gate that is 1 + erf(x / sqrt 2) or 1 + tanh(...), each with a factor, as GELU with a factor.
std::optional<Feature> as_gelu(const Feature& x, const Feature& gate, NetworkBuilder& net) {
  const Graph& graph = net.graph();
  const Scaled own = peel(graph, x.node), around = peel(graph, gate.node);
  if (own.shift != 0 || around.scale == 0 || around.shift != around.scale) return std::nullopt;
  std::optional<ActivationKind> kind;
  const NodeId under = graph.nodes[around.node].inputs.empty() ? 0 : graph.nodes[around.node].inputs[0];
  const Scaled inside = peel(graph, under);
  if (activation_at(graph, around.node, ActivationKind::erf) != nullptr) {
    if (inside.node == own.node && inside.shift == 0 && is_near(inside.scale * std::sqrt(2.0), 1))
      kind = ActivationKind::gelu;
  } else if (activation_at(graph, around.node, ActivationKind::tanh) != nullptr) {
    constexpr double pi = 3.14159265358979323846;
    if (inside.shift == 0 && is_near(inside.scale, std::sqrt(2 / pi)) &&
        is_gelu_polynomial(graph, inside.node, own.node))
      kind = ActivationKind::gelu_tanh;
  }
  if (!kind) return std::nullopt;
  Feature in = x;
  in.node = own.node;
  const double factor = 2 * own.scale * around.scale;
  return scaled(activate(in, *kind, net), is_near(factor, 1) ? 1.0f : static_cast<float>(factor), 0, net);
}

std::optional<Feature> as_gated(const Feature& x, const Feature& gate, NetworkBuilder& net) {
  const Node& node = net.graph().nodes[gate.node];
  const auto* activation = std::get_if<Activation>(&node.op);
  if (activation == nullptr) return std::nullopt;
  const NodeId under = node.inputs[0];
  if (activation->kind == ActivationKind::sigmoid && under == x.node)
    return activate(x, ActivationKind::silu, net);
  constexpr float sixth = 1.0f / 6;
  if (activation->kind == ActivationKind::hard_sigmoid && under == x.node && activation->alpha == sixth &&
      activation->beta == 0.5f)
    return activate(x, ActivationKind::hard_swish, net);
  const bool mish = activation->kind == ActivationKind::tanh &&
                    activation_at(net.graph(), under, ActivationKind::softplus) != nullptr &&
                    net.graph().nodes[under].inputs[0] == x.node;
  return mish ? std::optional(activate(x, ActivationKind::mish, net)) : std::nullopt;
}

/// The sigmoid of -(scale x + shift), where the exponential of that is at `powers`.
Feature sigmoid_of_powers(const Feature& like, NodeId powers, bool negated, NetworkBuilder& net) {
  const Scaled inside = peel(net.graph(), net.graph().nodes[powers].inputs[0]);
  Feature in = like;
  in.node = inside.node;
  const double sign = negated ? -1 : 1;
  return activate(
      scaled(in, static_cast<float>(sign * inside.scale), static_cast<float>(sign * inside.shift), net),
      ActivationKind::sigmoid, net);
}

/// The values whose largest is subtracted at `node`, channel by channel; else those at `node`.
NodeId without_largest(const Graph& graph, NodeId node) {
  const auto* difference = std::get_if<Arithmetic>(&graph.nodes[node].op);
  if (difference == nullptr || difference->kind != ArithmeticKind::subtract) return node;
  const Node& largest = graph.nodes[graph.nodes[node].inputs[1]];
  const auto* reduction = std::get_if<ReduceChannels>(&largest.op);
  const bool is_largest = reduction != nullptr && reduction->kind == ReductionKind::maximum &&
                          largest.inputs[0] == graph.nodes[node].inputs[0];
  return is_largest ? largest.inputs[0] : node;
}

/// Whether the value is 1 + e^x, x being what the exponential at `powers` reads.
bool is_one_more(const Graph& graph, NodeId value, NodeId powers) {
  const Scaled sum = peel(graph, value);
  return sum.node == powers && sum.scale == 1 && sum.shift == 1;
}

}  // namespace

std::optional<Feature> as_activation(const Feature& a, const Feature& b, NetworkBuilder& net) {
  if (a.view != b.view || a.shape != b.shape) return std::nullopt;
  for (const auto& [x, gate] : {std::pair(&a, &b), std::pair(&b, &a)}) {
    if (auto made = as_gated(*x, *gate, net)) return made;
    if (auto made = as_gelu(*x, *gate, net)) return made;
  }
  return std::nullopt;
}

std::optional<Feature> as_quotient(const Feature& a, const Feature& b, NetworkBuilder& net) {
  const Graph& graph = net.graph();
  if (activation_at(graph, a.node, ActivationKind::exp) == nullptr) return std::nullopt;
  if (a.view == b.view && is_one_more(graph, b.node, a.node)) return sigmoid_of_powers(a, a.node, false, net);
  const auto* sum = std::get_if<ReduceChannels>(&graph.nodes[b.node].op);
  if (sum == nullptr || sum->kind != ReductionKind::sum || graph.nodes[b.node].inputs[0] != a.node)
    return std::nullopt;
  Feature in = a;
  in.node = without_largest(graph, graph.nodes[a.node].inputs[0]);
  return net.append_like(Softmax{}, in);
}

std::optional<Feature> as_exponential(const Feature& map, NetworkBuilder& net) {
  const Graph& graph = net.graph();
  const Node& node = graph.nodes[map.node];
  Feature in = map;
  if (activation_at(graph, map.node, ActivationKind::log) != nullptr) {
    const Op& op = graph.nodes[node.inputs[0]].op;
    const auto* activation = std::get_if<Activation>(&op);
    const bool sigmoid = activation != nullptr && activation->kind == ActivationKind::sigmoid;
    if (!sigmoid && !std::holds_alternative<Softmax>(op)) return std::nullopt;
    in.node = node.inputs[0];
    return in;
  }
  const auto* difference = std::get_if<Arithmetic>(&node.op);
  if (difference == nullptr || difference->kind != ArithmeticKind::subtract) return std::nullopt;
  const NodeId x = node.inputs[0], log = node.inputs[1];
  if (activation_at(graph, log, ActivationKind::log) == nullptr) return std::nullopt;
  const Node& sum = graph.nodes[graph.nodes[log].inputs[0]];
  const auto* reduction = std::get_if<ReduceChannels>(&sum.op);
  if (reduction == nullptr || reduction->kind != ReductionKind::sum) return std::nullopt;
  if (activation_at(graph, sum.inputs[0], ActivationKind::exp) == nullptr) return std::nullopt;
  if (graph.nodes[sum.inputs[0]].inputs[0] != x) return std::nullopt;
  in.node = without_largest(graph, x);
  return net.append_like(Softmax{}, in);
}

std::optional<Feature> as_reciprocal(const Feature& map, NetworkBuilder& net) {
  const Scaled sum = peel(net.graph(), map.node);
  if (sum.scale != 1 || sum.shift != 1) return std::nullopt;
  if (activation_at(net.graph(), sum.node, ActivationKind::exp) == nullptr) return std::nullopt;
  return sigmoid_of_powers(map, sum.node, true, net);
}

}  // namespace fcn::tools

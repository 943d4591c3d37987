// SPDX-License-Identifier: MIT
// Definitions of fold_batch_norm.hpp: compiled into fcn::runtime, or inline where headers are used alone.
#pragma once

#include <cmath>
#include <cstddef>
#include <string>
#include <variant>
#include <vector>

#include "fcn/passes/fold_batch_norm.hpp"
#include "fcn/passes/rewire.hpp"

namespace fcn::inline FCN_ABI::passes {

namespace detail {

/// Folds `norm` into weights of [channels][anything]. An Error if the result is not finite.
FCN_INLINE Status fold_into(std::vector<float>& weights, std::vector<float>& bias, const BatchNorm& norm) {
  const std::size_t channels = norm.weight.size();
  const std::size_t per_channel = weights.size() / channels;
  bias.resize(channels, 0.0f);
  for (std::size_t c = 0; c < channels; ++c) {
    const double scale = norm.weight[c] / std::sqrt(static_cast<double>(norm.variance[c]) + norm.epsilon);
    const double shift = (static_cast<double>(bias[c]) - norm.mean[c]) * scale + norm.bias[c];
    if (!std::isfinite(scale) || !std::isfinite(shift))
      return Error{ErrorCode::malformed,
                   "channel " + std::to_string(c) + " has no finite scale: running_var " +
                       std::to_string(norm.variance[c]) + " plus epsilon must be positive",
                   ""};
    for (std::size_t i = c * per_channel; i < (c + 1) * per_channel; ++i)
      weights[i] = static_cast<float>(weights[i] * scale);
    bias[c] = static_cast<float>(shift);
  }
  return {};
}

}  // namespace detail

FCN_INLINE Status fold_batch_norm(Graph& graph) {
  const std::vector<int> consumers = graph.consumer_counts();
  for (NodeId id = 0; id < graph.nodes.size(); ++id) {
    auto* norm = std::get_if<BatchNorm>(&graph.nodes[id].op);
    if (norm == nullptr) continue;
    const NodeId producer = graph.nodes[id].inputs[0];
    if (consumers[producer] != 1) continue;
    Status folded;
    if (auto* conv = std::get_if<Conv>(&graph.nodes[producer].op);
        conv != nullptr && !conv->relu && !conv->residual) {
      folded = detail::fold_into(conv->weights, conv->bias, *norm);
      conv->relu = norm->relu;
    } else if (auto* linear = std::get_if<Linear>(&graph.nodes[producer].op);
               linear != nullptr && !norm->relu) {
      folded = detail::fold_into(linear->weights, linear->bias, *norm);
    } else {
      continue;
    }
    if (!folded) return folded.error().at("node " + graph.nodes[id].name + " (batch_norm)");
    replace_uses(graph, id, producer);
  }
  return remove_dead_nodes(graph);
}

}  // namespace fcn::inline FCN_ABI::passes

// SPDX-License-Identifier: MIT
#include "tools/import/input_start.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <variant>

#include "fcn/passes/rewire.hpp"

namespace fcn::tools {
namespace {

/// The one node that reads `id`; nothing if there are several or it is the output.
std::optional<NodeId> only_reader(const Graph& graph, NodeId id) {
  std::optional<NodeId> reader;
  if (graph.output == id) return std::nullopt;
  for (NodeId at = 0; at < graph.nodes.size(); ++at)
    for (const NodeId input : graph.nodes[at].inputs) {
      if (input != id) continue;
      if (reader) return std::nullopt;
      reader = at;
    }
  return reader;
}

/// Whether importers made this batch norm from arithmetic: a trained one has statistics.
bool is_arithmetic(const BatchNorm& norm) {
  const auto all = [](const std::vector<float>& values, float wanted) {
    return std::all_of(values.begin(), values.end(), [wanted](float value) { return value == wanted; });
  };
  return norm.epsilon == 0 && !norm.relu && all(norm.mean, 0.0f) && all(norm.variance, 1.0f);
}

bool is_permutation(const std::vector<int>& channels, std::size_t count) {
  std::vector<bool> seen(count, false);
  for (const int channel : channels)
    if (channel >= 0 && static_cast<std::size_t>(channel) < count)
      seen[static_cast<std::size_t>(channel)] = true;
  return channels.size() == count && std::all_of(seen.begin(), seen.end(), [](bool each) { return each; });
}

/// Puts a node that reads the input between it and all that read it.
void insert_behind_input(Graph& graph, std::string name, Op op) {
  for (Node& node : graph.nodes)
    for (NodeId& input : node.inputs) ++input;
  graph.nodes.insert(graph.nodes.begin() + 1, Node{std::move(name), std::move(op), {0}});
  ++graph.output;
}

/// Reverses the first convolution's input channels; false if other nodes read the input too.
bool reverse_convolution(Graph& graph) {
  const auto reader = only_reader(graph, 0);
  auto* const conv = reader ? std::get_if<Conv>(&graph.nodes[*reader].op) : nullptr;
  if (conv == nullptr || conv->groups != 1 || conv->in_channels != 3) return false;
  const auto area = static_cast<std::size_t>(conv->kernel.y) * static_cast<std::size_t>(conv->kernel.x);
  for (std::size_t at = 0; at + 3 * area <= conv->weights.size(); at += 3 * area) {
    const auto first = conv->weights.begin() + static_cast<std::ptrdiff_t>(at);
    std::swap_ranges(first, first + static_cast<std::ptrdiff_t>(area),
                     first + static_cast<std::ptrdiff_t>(2 * area));
  }
  return true;
}

}  // namespace

bool InputArithmetic::takes_bytes() const {
  double taken_away = 0, largest_scale = 0;
  for (std::size_t i = 0; i < scale.size(); ++i) {
    if (scale[i] != 0) taken_away = std::max(taken_away, std::abs(shift[i] / scale[i]));
    largest_scale = std::max(largest_scale, std::abs(scale[i]));
  }
  return taken_away > 1.5 || largest_scale < 0.1;
}

std::optional<InputArithmetic> find_input_arithmetic(const Graph& graph) {
  const auto channels = static_cast<std::size_t>(std::get<Input>(graph.nodes[0].op).channels);
  InputArithmetic found{{}, std::vector<double>(channels, 1.0), std::vector<double>(channels, 0.0)};
  std::vector<std::size_t> from(channels);  // of the map being looked at: which channel of the input each is
  for (std::size_t i = 0; i < channels; ++i) from[i] = i;
  for (auto at = only_reader(graph, 0); at; at = only_reader(graph, *at)) {
    const Op& op = graph.nodes[*at].op;
    if (const auto* select = std::get_if<SelectChannels>(&op);
        select != nullptr && is_permutation(select->channels, channels)) {
      std::vector<std::size_t> permuted;
      for (const int channel : select->channels) permuted.push_back(from[static_cast<std::size_t>(channel)]);
      from = std::move(permuted);
      continue;
    }
    const auto* norm = std::get_if<BatchNorm>(&op);
    if (norm == nullptr || !is_arithmetic(*norm)) break;
    found.nodes.push_back(*at);
    for (std::size_t i = 0; i < channels; ++i) {
      found.scale[from[i]] *= static_cast<double>(norm->weight[i]);
      found.shift[from[i]] =
          found.shift[from[i]] * static_cast<double>(norm->weight[i]) + static_cast<double>(norm->bias[i]);
    }
  }
  if (found.nodes.empty()) return std::nullopt;
  return found;
}

Status absorb_input_arithmetic(Graph& graph, ModelInfo& info) {
  const auto found = find_input_arithmetic(graph);
  if (!found) return {};
  std::vector<float> mean, deviation;
  for (std::size_t i = 0; i < found->scale.size(); ++i) {
    // scale (x - m) / s + shift = (x - (m - shift s / scale)) / (s / scale)
    const double s = static_cast<double>(info.std[i]) / found->scale[i];
    mean.push_back(static_cast<float>(static_cast<double>(info.mean[i]) - found->shift[i] * s));
    deviation.push_back(static_cast<float>(s));
    if (!std::isfinite(mean.back()) || !std::isnormal(deviation.back()) || !(deviation.back() > 0)) return {};
  }
  info.mean = std::move(mean);
  info.std = std::move(deviation);
  for (const NodeId node : found->nodes) passes::replace_uses(graph, node, graph.nodes[node].inputs[0]);
  return passes::remove_dead_nodes(graph);
}

void reverse_channels(Graph& graph) {
  if (!reverse_convolution(graph)) insert_behind_input(graph, "input.bgr", SelectChannels{{2, 1, 0}});
}

void take_grey(Graph& graph, std::vector<float>& mean, std::vector<float>& deviation) {
  const auto alike = [](const std::vector<float>& values) {
    return std::all_of(values.begin(), values.end(), [&](float value) { return value == values.front(); });
  };
  if (alike(mean) && alike(deviation)) {
    mean.resize(1);
    deviation.resize(1);
  } else {
    BatchNorm norm{3, 0, false, {}, {}, {0, 0, 0}, {1, 1, 1}};
    for (std::size_t i = 0; i < 3; ++i) {
      norm.weight.push_back(1 / deviation[i]);
      norm.bias.push_back(-mean[i] / deviation[i]);
    }
    insert_behind_input(graph, "input.normalised", std::move(norm));
    mean = {0};
    deviation = {1};
  }
  insert_behind_input(graph, "input.grey", SelectChannels{{0, 0, 0}});
  std::get<Input>(graph.nodes[0].op).channels = 1;
}

}  // namespace fcn::tools

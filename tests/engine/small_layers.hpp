// SPDX-License-Identifier: MIT
// Layers of few channels with weights that count up, and a graph's names in a line: what the passes' tests
// are written with.
#pragma once

#include <cstddef>
#include <string>

#include "fcn/graph/graph.hpp"

namespace fcn::test {

inline Conv make_conv(int in, int out, int kernel = 1) {
  Conv conv;
  conv.in_channels = in;
  conv.out_channels = out;
  conv.kernel = {kernel, kernel};
  for (int i = 0; i < out * in * kernel * kernel; ++i) conv.weights.push_back(static_cast<float>(i + 1));
  return conv;
}

inline BatchNorm make_norm(int channels) {
  BatchNorm norm;
  norm.channels = channels;
  norm.epsilon = 0.25;
  for (int c = 0; c < channels; ++c) {
    norm.weight.push_back(static_cast<float>(c + 1));
    norm.bias.push_back(10.0f);
    norm.mean.push_back(0.5f);
    norm.variance.push_back(3.75f);  // with epsilon 4: a scale of (c + 1) / 2
  }
  return norm;
}

inline Linear make_linear(int in, int out) {
  Linear linear;
  linear.in_features = in;
  linear.out_features = out;
  for (int i = 0; i < in * out; ++i) linear.weights.push_back(static_cast<float>(i));
  linear.bias.assign(static_cast<std::size_t>(out), 0.5f);
  return linear;
}

inline std::string names(const Graph& graph) {
  std::string text;
  for (const Node& node : graph.nodes) text += (text.empty() ? "" : " ") + node.name;
  return text;
}

}  // namespace fcn::test

// SPDX-License-Identifier: MIT
// A 1000-class MobileNet V2 (Sandler et al., CVPR 2018) as an FCN with random weights, made in memory, so
// that the benchmarks need no file. Not here: trained weights (weights/) and importers (tools/import/).
#pragma once

#include <cmath>
#include <cstddef>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "fcn/graph/graph.hpp"
#include "fcn/model_info.hpp"

namespace fcn::bench {

/// Builds the graph block by block. Weights are scaled so that activations keep their size.
class RandomMobileNetV2 {
 public:
  Graph build(int classes) {
    struct Stage {
      int expansion, channels, blocks, stride;
    };
    static constexpr Stage stages[] = {{1, 16, 1, 1}, {6, 24, 2, 2},  {6, 32, 3, 2}, {6, 64, 4, 2},
                                       {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1}};
    NodeId x = graph_.append("input", Input{3}, {});
    x = conv6("stem", x, {3, 32, 3, 2, 1});
    int channels = 32;
    for (const Stage& stage : stages)
      for (int block = 0; block < stage.blocks; ++block) {
        x = inverted_residual(x, channels, stage.channels, stage.expansion, block == 0 ? stage.stride : 1);
        channels = stage.channels;
      }
    x = conv6("last", x, {channels, 1280, 1, 1, 1});
    x = graph_.append("avgpool", AveragePool{{7, 7}, {1, 1}, {}, false, true}, {x});
    graph_.append("fc", random_conv({1280, classes, 1, 1, 1}), {x});
    return std::move(graph_);
  }

 private:
  struct ConvSize {
    int in, out, kernel, stride, groups;
  };

  Conv random_conv(const ConvSize& size) {
    Conv conv;
    conv.in_channels = size.in;
    conv.out_channels = size.out;
    conv.kernel = {size.kernel, size.kernel};
    conv.stride = {size.stride, size.stride};
    conv.groups = size.groups;
    const int pad = size.kernel / 2;
    conv.pad = {pad, pad, pad, pad};
    const int reduction = size.in / size.groups * size.kernel * size.kernel;
    const float range = std::sqrt(3.0f / static_cast<float>(reduction));
    std::uniform_real_distribution<float> weight(-range, range);
    conv.weights.resize(static_cast<std::size_t>(size.out) * static_cast<std::size_t>(reduction));
    for (float& value : conv.weights) value = weight(bits_);
    conv.bias.assign(static_cast<std::size_t>(size.out), 0.1f);
    return conv;
  }

  /// A convolution with ReLU6.
  NodeId conv6(const std::string& name, NodeId from, const ConvSize& size) {
    Conv conv = random_conv(size);
    conv.relu = true;
    conv.ceiling = 6;
    return graph_.append(name, std::move(conv), {from});
  }

  NodeId inverted_residual(NodeId from, int in, int out, int expansion, int stride) {
    const std::string name = "block" + std::to_string(++blocks_);
    const int wide = in * expansion;
    NodeId x = from;
    if (expansion != 1) x = conv6(name + ".expand", x, {in, wide, 1, 1, 1});
    x = conv6(name + ".depthwise", x, {wide, wide, 3, stride, wide});
    Conv project = random_conv({wide, out, 1, 1, 1});
    project.residual = stride == 1 && in == out;
    std::vector<NodeId> inputs{x};
    if (project.residual) inputs.push_back(from);
    return graph_.append(name + ".project", std::move(project), std::move(inputs));
  }

  Graph graph_;
  std::mt19937 bits_{2};
  int blocks_ = 0;
};

}  // namespace fcn::bench

// SPDX-License-Identifier: MIT
// A ResNet-18 as a fused FCN with random weights, made in memory, so that benchmarks and tests need no file.
// Not here: trained weights (weights/) and checkpoints (tools/import/).
#pragma once

#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <utility>

#include "fcn/graph/graph.hpp"
#include "fcn/model_info.hpp"

namespace fcn::bench {

/// Builds the graph layer by layer. Weights are scaled so that activations keep their size.
class RandomResNet18 {
 public:
  /// `width` channels in the first stage; the true network's 64.
  explicit RandomResNet18(int width = 64) : width_(width) {}

  Graph build(int classes) {
    NodeId x = graph_.append("input", Input{3}, {});
    x = conv("conv1", x, {3, width_, 7, 2}, kAlone);
    x = graph_.append("maxpool", MaxPool{{3, 3}, {2, 2}, {1, 1}, {1, 1, 1, 1}, false}, {x});
    int channels = width_;
    for (int stage = 1; stage <= 4; ++stage) {
      const int wide = width_ << (stage - 1);
      const std::string name = "layer" + std::to_string(stage);
      x = block(name + ".0", x, channels, wide, stage == 1 ? 1 : 2);
      x = block(name + ".1", x, wide, wide, 1);
      channels = wide;
    }
    x = graph_.append("avgpool", AveragePool{{7, 7}, {1, 1}, {}, false, true}, {x});
    Conv head = random_conv({channels, classes, 1, 1});
    graph_.append("fc", std::move(head), {x});
    return std::move(graph_);
  }

 private:
  struct ConvSize {
    int in, out, kernel, stride;
  };
  static constexpr NodeId kAlone = ~NodeId{0};  ///< no residual

  Conv random_conv(const ConvSize& size) {
    Conv conv;
    conv.in_channels = size.in;
    conv.out_channels = size.out;
    conv.kernel = {size.kernel, size.kernel};
    conv.stride = {size.stride, size.stride};
    const int pad = size.kernel / 2;
    conv.pad = {pad, pad, pad, pad};
    const int reduction = size.in * size.kernel * size.kernel;
    const float range = std::sqrt(3.0f / static_cast<float>(reduction));
    std::uniform_real_distribution<float> weight(-range, range);
    conv.weights.resize(static_cast<std::size_t>(size.out) * static_cast<std::size_t>(reduction));
    for (float& value : conv.weights) value = weight(bits_);
    conv.bias.assign(static_cast<std::size_t>(size.out), 0.1f);
    return conv;
  }

  NodeId conv(const std::string& name, NodeId from, const ConvSize& size, NodeId residual) {
    Conv op = random_conv(size);
    op.relu = true;
    op.residual = residual != kAlone;
    std::vector<NodeId> inputs = {from};
    if (op.residual) inputs.push_back(residual);
    return graph_.append(name, std::move(op), std::move(inputs));
  }

  NodeId block(const std::string& name, NodeId from, int in, int out, int stride) {
    const NodeId inner = conv(name + ".conv1", from, {in, out, 3, stride}, kAlone);
    NodeId skip = from;
    if (stride != 1) skip = graph_.append(name + ".downsample", random_conv({in, out, 1, stride}), {from});
    return conv(name + ".conv2", inner, {out, out, 3, 1}, skip);
  }

  int width_;
  Graph graph_;
  std::mt19937 bits_{18};
};

inline ModelInfo imagenet_info() {
  ModelInfo info;
  info.name = "resnet18";
  info.mean = {0.485f, 0.456f, 0.406f};
  info.std = {0.229f, 0.224f, 0.225f};
  info.window = {224, 224};
  info.classifier_pool = "avgpool";
  return info;
}

}  // namespace fcn::bench

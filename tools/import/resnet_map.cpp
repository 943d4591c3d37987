// SPDX-License-Identifier: MIT
// The layout of torchvision/models/resnet.py. Each stage's widths are read from its first block; every other
// shape then follows and is checked.
#include "tools/import/resnet_map.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "engine/safetensors.hpp"
#include "engine/validate_graph.hpp"

namespace fcn::tools {
namespace {

constexpr int kStages = 4;
using BlockCounts = std::array<int, kStages>;

/// A depth of which there are networks, with plain or with bottleneck blocks.
struct Variant {
  int depth;
  bool bottleneck;
  BlockCounts blocks;
};
constexpr Variant kVariants[] = {{18, false, {2, 2, 2, 2}},
                                 {34, false, {3, 4, 6, 3}},
                                 {50, true, {3, 4, 6, 3}},
                                 {101, true, {3, 4, 23, 3}},
                                 {152, true, {3, 8, 36, 3}}};

std::string block_name(int stage, int block) {
  return "layer" + std::to_string(stage + 1) + "." + std::to_string(block);
}

BlockCounts count_blocks(const Checkpoint& checkpoint) {
  BlockCounts counts{};
  for (int stage = 0; stage < kStages; ++stage)
    while (checkpoint.find(block_name(stage, counts[static_cast<std::size_t>(stage)]) + ".conv1.weight") !=
           nullptr)
      ++counts[static_cast<std::size_t>(stage)];
  return counts;
}

/// Which ResNet this is, or why it is none.
Result<Variant> recognise(const Checkpoint& checkpoint) {
  const std::string known =
      "expected a ResNet of torchvision's (conv1, bn1, layer1 to layer4, fc), or an ONNX file";
  if (checkpoint.find("conv1.weight") == nullptr || checkpoint.find("layer1.0.conv1.weight") == nullptr)
    return Error{
        ErrorCode::unsupported,
        "network not recognised: " + known + ", found " + std::to_string(checkpoint.tensors().size()) +
            " tensors" +
            (checkpoint.tensors().empty() ? "" : ", the first is " + checkpoint.tensors().front().name),
        ""};
  const bool bottleneck = checkpoint.find("layer1.0.conv3.weight") != nullptr;
  const BlockCounts counts = count_blocks(checkpoint);
  for (const Variant& variant : kVariants)
    if (variant.blocks == counts && variant.bottleneck == bottleneck) return variant;
  std::string found;
  for (const int count : counts) found += (found.empty() ? "" : ", ") + std::to_string(count);
  return Error{
      ErrorCode::unsupported,
      "a ResNet with " + found + (bottleneck ? " bottleneck" : "") + " blocks in its stages: " + known, ""};
}

/// Builds the graph node by node, reading each tensor and keeping the first Error.
class Builder {
 public:
  explicit Builder(const Checkpoint& checkpoint) : checkpoint_(checkpoint) {}

  Result<Graph> build(const Variant& variant) {
    const int channels = dimension("conv1.weight", 1);
    NodeId last = graph_.append("input", Input{.channels = channels}, {});
    int width = dimension("conv1.weight", 0);
    last = conv_norm("conv1", "bn1", last, channels, width, 7, 2);
    last = graph_.append("relu", Relu{}, {last});
    last = graph_.append(
        "maxpool", MaxPool{.kernel = {3, 3}, .stride = {2, 2}, .dilation = {}, .pad = {1, 1, 1, 1}}, {last});
    for (int stage = 0; stage < kStages; ++stage) {
      const Widths widths = read_widths(block_name(stage, 0), variant.bottleneck);
      for (int block = 0; block < variant.blocks[static_cast<std::size_t>(stage)]; ++block) {
        const std::string name = block_name(stage, block);
        const int stride = stage > 0 && block == 0 ? 2 : 1;
        last = variant.bottleneck ? bottleneck_block(name, last, width, widths, stride)
                                  : basic_block(name, last, width, widths.out, stride);
        width = widths.out;
      }
      if (stage == 0) name_ = network_name(variant, widths);
    }
    last = graph_.append("avgpool", GlobalAveragePool{}, {last});
    last = graph_.append("flatten", Flatten{}, {last});
    linear("fc", last, width);
    if (!error_) reject_unknown_tensors();
    if (error_) return *std::move(error_);
    return std::move(graph_);
  }

  /// Of the network that build() made.
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  /// The channels of a stage's blocks: inside, in how many groups, and outside.
  struct Widths {
    int inner = 1;
    int groups = 1;
    int out = 1;
  };

  Widths read_widths(const std::string& block, bool bottleneck) {
    const int inner = dimension(block + ".conv1.weight", 0);
    if (!bottleneck) return {inner, 1, inner};
    const int group = dimension(block + ".conv2.weight", 1);
    if (inner % group != 0)
      fail(block + ".conv2.weight", "has groups of " + std::to_string(group) + " channels in " +
                                        std::to_string(inner) + ", which is no multiple of it");
    return {inner, std::max(inner / group, 1), dimension(block + ".conv3.weight", 0)};
  }

  /// As torchvision calls it: resnet50, wide_resnet50_2, resnext50_32x4d.
  static std::string network_name(const Variant& variant, const Widths& widths) {
    const std::string depth = std::to_string(variant.depth);
    if (widths.groups > 1)
      return "resnext" + depth + "_" + std::to_string(widths.groups) + "x" +
             std::to_string(widths.inner / widths.groups) + "d";
    const bool wide = variant.bottleneck && widths.out < 4 * widths.inner;
    return wide ? "wide_resnet" + depth + "_" + std::to_string(4 * widths.inner / widths.out)
                : "resnet" + depth;
  }

  /// The shortcut comes first, so that the last convolution can take it as its residual input
  /// (fuse_residual_add wants it to be the earlier node).
  NodeId shortcut(const std::string& block, NodeId in, int in_width, int out_width, int stride) {
    const std::string name = block + ".downsample";
    if (stride == 1 && in_width == out_width && checkpoint_.find(name + ".0.weight") == nullptr) return in;
    return conv_norm(name + ".0", name + ".1", in, in_width, out_width, 1, stride);
  }

  NodeId bottleneck_block(const std::string& name, NodeId in, int in_width, const Widths& widths,
                          int stride) {
    const NodeId side = shortcut(name, in, in_width, widths.out, stride);
    NodeId last = conv_norm(name + ".conv1", name + ".bn1", in, in_width, widths.inner, 1, 1);
    last = graph_.append(name + ".relu1", Relu{}, {last});
    last =
        conv_norm(name + ".conv2", name + ".bn2", last, widths.inner, widths.inner, 3, stride, widths.groups);
    last = graph_.append(name + ".relu2", Relu{}, {last});
    last = conv_norm(name + ".conv3", name + ".bn3", last, widths.inner, widths.out, 1, 1);
    last = graph_.append(name + ".add", Add{}, {last, side});
    return graph_.append(name + ".relu3", Relu{}, {last});
  }

  NodeId basic_block(const std::string& name, NodeId in, int in_width, int planes, int stride) {
    const NodeId side = shortcut(name, in, in_width, planes, stride);
    NodeId last = conv_norm(name + ".conv1", name + ".bn1", in, in_width, planes, 3, stride);
    last = graph_.append(name + ".relu1", Relu{}, {last});
    last = conv_norm(name + ".conv2", name + ".bn2", last, planes, planes, 3, 1);
    last = graph_.append(name + ".add", Add{}, {last, side});
    return graph_.append(name + ".relu2", Relu{}, {last});
  }

  NodeId conv_norm(const std::string& conv_name, const std::string& norm_name, NodeId in, int in_width,
                   int out_width, int kernel, int stride, int groups = 1) {
    Conv conv;
    conv.groups = groups;
    conv.in_channels = in_width;
    conv.out_channels = out_width;
    conv.kernel = {kernel, kernel};
    conv.stride = {stride, stride};
    const int pad = kernel / 2;
    conv.pad = {pad, pad, pad, pad};
    conv.weights = read(conv_name + ".weight", {out_width, in_width / groups, kernel, kernel});
    const NodeId id = graph_.append(conv_name, std::move(conv), {in});
    BatchNorm norm;
    norm.channels = out_width;
    norm.weight = read(norm_name + ".weight", {out_width});
    norm.bias = read(norm_name + ".bias", {out_width});
    norm.mean = read(norm_name + ".running_mean", {out_width});
    norm.variance = read(norm_name + ".running_var", {out_width});
    known_.insert(norm_name + ".num_batches_tracked");  // a count of training steps: of no use here
    return graph_.append(norm_name, std::move(norm), {id});
  }

  void linear(const std::string& name, NodeId in, int in_features) {
    Linear linear;
    linear.in_features = in_features;
    linear.out_features = dimension(name + ".weight", 0);
    linear.weights = read(name + ".weight", {linear.out_features, in_features});
    linear.bias = read(name + ".bias", {linear.out_features});
    graph_.append(name, std::move(linear), {in});
  }

  /// A channel count read off a tensor's shape.
  int dimension(const std::string& tensor, std::size_t axis) {
    const CheckpointTensor* found = checkpoint_.find(tensor);
    if (found == nullptr) return fail(tensor, "is missing"), 1;
    if (axis >= found->shape.size() || found->shape[axis] < 1 ||
        found->shape[axis] > static_cast<std::uint64_t>(fcn::detail::kMaxChannels))
      return fail(tensor, "has shape " + shape_text(found->shape) + ", dimension " + std::to_string(axis) +
                              " should be 1 to " + std::to_string(fcn::detail::kMaxChannels)),
             1;
    return static_cast<int>(found->shape[axis]);
  }

  std::vector<float> read(const std::string& name, const std::vector<int>& expected) {
    known_.insert(name);
    if (error_) return {};
    const CheckpointTensor* found = checkpoint_.find(name);
    if (found == nullptr) return fail(name, "is missing"), std::vector<float>();
    const std::vector<std::uint64_t> shape(expected.begin(), expected.end());
    if (found->shape != shape)
      return fail(name, "has shape " + shape_text(found->shape) + ", expected " + shape_text(shape)),
             std::vector<float>();
    auto values = checkpoint_.read(*found);
    if (values) return *std::move(values);
    error_ = values.error();
    return {};
  }

  /// A tensor that this network does not have means that it is another network.
  void reject_unknown_tensors() {
    for (const CheckpointTensor& tensor : checkpoint_.tensors())
      if (!known_.contains(tensor.name)) fail(tensor.name, "is not part of torchvision's " + name_);
  }

  void fail(const std::string& tensor, std::string message) {
    if (!error_)
      error_ = Error{ErrorCode::unsupported, std::move(message), checkpoint_.path() + ": tensor " + tensor};
  }

  const Checkpoint& checkpoint_;
  Graph graph_;
  std::string name_;
  std::set<std::string> known_;
  std::optional<Error> error_;
};

}  // namespace

Result<ImportedNetwork> import_resnet(const Checkpoint& checkpoint) {
  const auto variant = recognise(checkpoint);
  if (!variant) return variant.error().at(checkpoint.path());
  Builder builder(checkpoint);
  auto graph = builder.build(*variant);
  if (!graph) return graph.error();
  if (const Status valid = validate_graph(*graph); !valid) return valid.error().at(checkpoint.path());
  ImportedNetwork network;
  network.name = builder.name();
  network.graph = *std::move(graph);
  return network;
}

}  // namespace fcn::tools

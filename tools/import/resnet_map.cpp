// SPDX-License-Identifier: MIT
// The layout of torchvision/models/resnet.py, BasicBlock only. Each stage's width is read from its first
// convolution; every other shape then follows and is checked.
#include "tools/import/resnet_map.hpp"

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

struct Variant {
  const char* name;
  BlockCounts blocks;
};
constexpr Variant kVariants[] = {{"resnet18", {2, 2, 2, 2}}, {"resnet34", {3, 4, 6, 3}}};

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
      "expected torchvision's ResNet-18 or ResNet-34 (conv1, bn1, layer1 to layer4, fc)";
  if (checkpoint.find("conv1.weight") == nullptr || checkpoint.find("layer1.0.conv1.weight") == nullptr)
    return Error{
        ErrorCode::unsupported,
        "network not recognised: " + known + ", found " + std::to_string(checkpoint.tensors().size()) +
            " tensors" +
            (checkpoint.tensors().empty() ? "" : ", the first is " + checkpoint.tensors().front().name),
        ""};
  if (checkpoint.find("layer1.0.conv3.weight") != nullptr)
    return Error{ErrorCode::unsupported, "a ResNet with bottleneck blocks (ResNet-50 or larger): " + known,
                 ""};
  const BlockCounts counts = count_blocks(checkpoint);
  for (const Variant& variant : kVariants)
    if (variant.blocks == counts) return variant;
  std::string found;
  for (const int count : counts) found += (found.empty() ? "" : ", ") + std::to_string(count);
  return Error{ErrorCode::unsupported, "a ResNet with " + found + " blocks in its stages: " + known, ""};
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
      const int planes = dimension(block_name(stage, 0) + ".conv1.weight", 0);
      for (int block = 0; block < variant.blocks[static_cast<std::size_t>(stage)]; ++block) {
        last = basic_block(block_name(stage, block), last, width, planes, stage > 0 && block == 0 ? 2 : 1);
        width = planes;
      }
    }
    last = graph_.append("avgpool", GlobalAveragePool{}, {last});
    last = graph_.append("flatten", Flatten{}, {last});
    linear("fc", last, width);
    if (!error_) reject_unknown_tensors(variant.name);
    if (error_) return *std::move(error_);
    return std::move(graph_);
  }

 private:
  NodeId basic_block(const std::string& name, NodeId in, int in_width, int planes, int stride) {
    // The shortcut comes first, so that the second convolution can take it as its residual input
    // (fuse_residual_add wants it to be the earlier node).
    NodeId shortcut = in;
    const std::string downsample = name + ".downsample";
    if (stride != 1 || in_width != planes || checkpoint_.find(downsample + ".0.weight") != nullptr)
      shortcut = conv_norm(downsample + ".0", downsample + ".1", in, in_width, planes, 1, stride);
    NodeId last = conv_norm(name + ".conv1", name + ".bn1", in, in_width, planes, 3, stride);
    last = graph_.append(name + ".relu1", Relu{}, {last});
    last = conv_norm(name + ".conv2", name + ".bn2", last, planes, planes, 3, 1);
    last = graph_.append(name + ".add", Add{}, {last, shortcut});
    return graph_.append(name + ".relu2", Relu{}, {last});
  }

  NodeId conv_norm(const std::string& conv_name, const std::string& norm_name, NodeId in, int in_width,
                   int out_width, int kernel, int stride) {
    Conv conv;
    conv.in_channels = in_width;
    conv.out_channels = out_width;
    conv.kernel = {kernel, kernel};
    conv.stride = {stride, stride};
    const int pad = kernel / 2;
    conv.pad = {pad, pad, pad, pad};
    conv.weights = read(conv_name + ".weight", {out_width, in_width, kernel, kernel});
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
  void reject_unknown_tensors(const char* network) {
    for (const CheckpointTensor& tensor : checkpoint_.tensors())
      if (!known_.contains(tensor.name))
        fail(tensor.name, std::string("is not part of torchvision's ") + network);
  }

  void fail(const std::string& tensor, std::string message) {
    if (!error_)
      error_ = Error{ErrorCode::unsupported, std::move(message), checkpoint_.path() + ": tensor " + tensor};
  }

  const Checkpoint& checkpoint_;
  Graph graph_;
  std::set<std::string> known_;
  std::optional<Error> error_;
};

}  // namespace

Result<ImportedNetwork> import_resnet(const Checkpoint& checkpoint) {
  const auto variant = recognise(checkpoint);
  if (!variant) return variant.error().at(checkpoint.path());
  auto graph = Builder(checkpoint).build(*variant);
  if (!graph) return graph.error();
  if (const Status valid = validate_graph(*graph); !valid) return valid.error().at(checkpoint.path());
  ImportedNetwork network;
  network.name = variant->name;
  network.graph = *std::move(graph);
  return network;
}

}  // namespace fcn::tools

// SPDX-License-Identifier: MIT
// Definitions of model.hpp: compiled into fcn::runtime, or inline where headers are used alone.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>

#include "fcn/base/checked.hpp"
#include "fcn/base/memory_count.hpp"
#include "fcn/file/model_file.hpp"
#include "fcn/graph/node_tensors.hpp"
#include "fcn/model.hpp"
#include "fcn/passes/unfuse.hpp"

namespace fcn::inline FCN_ABI {

FCN_INLINE kernels::ConvShape conv_shape(const Op& op) {
  if (const auto* linear = std::get_if<Linear>(&op))
    return {.in_channels = linear->in_features, .out_channels = linear->out_features};
  const auto& conv = std::get<Conv>(op);
  return {.in_channels = conv.in_channels,
          .out_channels = conv.out_channels,
          .groups = conv.groups,
          .kernel_h = conv.kernel.y,
          .kernel_w = conv.kernel.x,
          .stride_y = conv.stride.y,
          .stride_x = conv.stride.x,
          .dilation_y = conv.dilation.y,
          .dilation_x = conv.dilation.x,
          .pad_left = conv.pad.left};
}

namespace detail {

/// What the node's tensors take as they came from the file.
FCN_INLINE std::size_t weight_bytes(const Node& node) {
  std::size_t floats = 0;
  for (const auto& tensor : node_tensors(node)) floats += tensor.values->capacity();
  return floats * sizeof(float);
}

/// The multiplied weights of a layer, or null.
FCN_INLINE std::vector<float>* multiplied_weights(Op& op) {
  if (auto* conv = std::get_if<Conv>(&op)) return &conv->weights;
  auto* linear = std::get_if<Linear>(&op);
  return linear != nullptr ? &linear->weights : nullptr;
}

/// Frees a vector's memory, which clear() would keep.
FCN_INLINE void release(std::vector<float>& weights) {
  std::vector<float>().swap(weights);
}

FCN_INLINE Result<AlignedBuffer> pack_conv(const kernels::KernelTable& table, const Op& op,
                                           ConvAlgorithm algorithm, const std::vector<float>& weights,
                                           std::vector<float>& bias) {
  const kernels::ConvShape shape = conv_shape(op);
  const bool direct = algorithm == ConvAlgorithm::direct;
  auto packed = AlignedBuffer::allocate(
      direct ? table.packed_conv_size(shape) : table.packed_winograd_size(shape, algorithm),
      "packed weights");
  if (!packed) return packed;
  const float* biases = bias.empty() ? nullptr : bias.data();
  if (direct)
    table.pack_conv(shape, weights.data(), biases, packed->data());
  else
    table.pack_winograd(shape, algorithm, weights.data(), biases, packed->data());
  release(bias);
  return packed;
}

/// scale and shift, each padded to kChannelQuantum: computed in float64 and rounded once.
FCN_INLINE Result<AlignedBuffer> pack_batch_norm(BatchNorm& norm) {
  const auto padded = static_cast<std::size_t>(round_up(norm.channels, kernels::kChannelQuantum));
  auto packed = AlignedBuffer::allocate(2 * padded, "packed batch norm");
  if (!packed) return packed;
  for (std::size_t c = 0; c < static_cast<std::size_t>(norm.channels); ++c) {
    const double scale = norm.weight[c] / std::sqrt(static_cast<double>(norm.variance[c]) + norm.epsilon);
    packed->data()[c] = static_cast<float>(scale);
    packed->data()[padded + c] = static_cast<float>(norm.bias[c] - norm.mean[c] * scale);
  }
  for (auto* values : {&norm.weight, &norm.bias, &norm.mean, &norm.variance}) release(*values);
  return packed;
}

/// One value a channel, padded to kChannelQuantum.
FCN_INLINE Result<AlignedBuffer> pack_slope(PRelu& prelu) {
  auto packed = AlignedBuffer::allocate(
      static_cast<std::size_t>(round_up(prelu.channels, kernels::kChannelQuantum)), "packed slopes");
  if (!packed) return packed;
  std::copy(prelu.slope.begin(), prelu.slope.end(), packed->data());
  release(prelu.slope);
  return packed;
}

/// weight and bias, each padded to kChannelQuantum.
FCN_INLINE Result<AlignedBuffer> pack_channel_norm(ChannelNorm& norm) {
  const auto padded = static_cast<std::size_t>(round_up(norm.channels, kernels::kChannelQuantum));
  auto packed = AlignedBuffer::allocate(2 * padded, "packed channel norm");
  if (!packed) return packed;
  std::copy(norm.weight.begin(), norm.weight.end(), packed->data());
  std::copy(norm.bias.begin(), norm.bias.end(), packed->data() + padded);
  for (auto* values : {&norm.weight, &norm.bias}) release(*values);
  return packed;
}

/// Channels last, pixels padded to kChannelQuantum: rows as feature maps have them.
FCN_INLINE Result<AlignedBuffer> pack_constant(Constant& constant) {
  const auto size = [](int value) { return static_cast<std::size_t>(value); };
  const std::size_t channels = size(constant.shape.channels);
  const std::size_t pixels = size(constant.shape.height) * size(constant.shape.width);
  const std::size_t pixel = round_up<std::size_t>(channels, kernels::kChannelQuantum);
  auto packed = AlignedBuffer::allocate(pixels * pixel, "packed constant");
  if (!packed) return packed;
  for (std::size_t c = 0; c < channels; ++c)
    for (std::size_t p = 0; p < pixels; ++p) packed->data()[p * pixel + c] = constant.values[c * pixels + p];
  release(constant.values);
  return packed;
}

FCN_INLINE Result<AlignedBuffer> pack(const kernels::KernelTable& table, Op& op, ConvAlgorithm algorithm) {
  if (auto* conv = std::get_if<Conv>(&op)) return pack_conv(table, op, algorithm, conv->weights, conv->bias);
  if (auto* linear = std::get_if<Linear>(&op))
    return pack_conv(table, op, algorithm, linear->weights, linear->bias);
  if (auto* norm = std::get_if<BatchNorm>(&op)) return pack_batch_norm(*norm);
  if (auto* prelu = std::get_if<PRelu>(&op)) return pack_slope(*prelu);
  if (auto* norm = std::get_if<ChannelNorm>(&op)) return pack_channel_norm(*norm);
  if (auto* constant = std::get_if<Constant>(&op)) return pack_constant(*constant);
  return AlignedBuffer();
}

}  // namespace detail

template <class Fill>
Result<Model> Model::build(Graph graph, ModelInfo info, const ModelOptions& options, const Fill& fill) {
  if (options.table == nullptr)
    return Error{ErrorCode::invalid_argument, "no kernel table given: set ModelOptions::table", ""};
  Model model;
  model.table_ = options.table;
  model.limits_ = options.limits;
  model.info_ = std::move(info);
  if (options.activation) model.info_.activation = *options.activation;
  model.graph_ = options.unfused ? passes::unfuse(std::move(graph)) : std::move(graph);
  model.packed_.reserve(model.graph_.nodes.size());
  // Layers are read into the memory of those before, so that the system need not find and clear new pages for
  // each.
  std::vector<float> spare;
  for (Node& node : model.graph_.nodes) {
    std::vector<float>* const weights = detail::multiplied_weights(node.op);
    if (weights != nullptr && weights->empty()) weights->swap(spare);
    if (Status filled = fill(node); !filled) return filled.error();
    const CountedBytes unpacked(detail::weight_bytes(node));
    const auto* conv = std::get_if<Conv>(&node.op);
    const ConvAlgorithm algorithm =
        conv != nullptr ? choose_algorithm(*conv, options.algorithm) : ConvAlgorithm::direct;
    auto packed = detail::pack(*options.table, node.op, algorithm);
    if (!packed) return packed.error().at("node " + node.name);
    if (weights != nullptr) {
      weights->swap(spare);
      detail::release(*weights);
    }
    model.algorithms_.push_back(algorithm);
    model.packed_.push_back(*std::move(packed));
  }
  return model;
}

FCN_INLINE Result<Model> Model::from_graph(Graph graph, ModelInfo info, const ModelOptions& options) {
  return build(std::move(graph), std::move(info), options, [](Node&) { return Status(); });
}

FCN_INLINE Result<Model> Model::load(const std::string& path, const ModelOptions& options) {
  const auto file = ModelFile::open(path, options.limits);
  if (!file) return file.error();
  return build(file->graph(), file->info(), options, [&](Node& node) { return file->load_weights(node); });
}

FCN_INLINE Result<Model> Model::read(ByteSource source, const ModelOptions& options) {
  const auto file = ModelFile::read(std::move(source), options.limits);
  if (!file) return file.error();
  return build(file->graph(), file->info(), options, [&](Node& node) { return file->load_weights(node); });
}

}  // namespace fcn::inline FCN_ABI

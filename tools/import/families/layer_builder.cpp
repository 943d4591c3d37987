// SPDX-License-Identifier: MIT
#include "tools/import/families/layer_builder.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "tools/import/interpolating_kernels.hpp"

namespace fcn::tools {
namespace {

std::uint64_t size_of(int count) {
  return static_cast<std::uint64_t>(count);
}

Padding on_all_sides(int pad) {
  return {pad, pad, pad, pad};
}

}  // namespace

void LayerBuilder::append(const std::string& name, Op op, std::vector<NodeId> inputs, int channels) {
  // A name from outside the network's prefix begins with a slash.
  const std::string plain = name.starts_with('/') ? name.substr(1) : name;
  current_ = {graph_.append(plain, std::move(op), std::move(inputs)), channels};
}

std::string LayerBuilder::numbered(std::string_view what) {
  const auto known = counts_.try_emplace(std::string(what), 0).first;
  return std::string(what) + std::to_string(++known->second);
}

void LayerBuilder::input(const std::string& first_conv) {
  const int channels = weights_.dimension(first_conv + ".weight", 1);
  append("input", Input{.channels = channels}, {}, channels);
}

void LayerBuilder::conv(const std::string& name, const ConvFacts& facts) {
  const std::string weight = name + ".weight";
  Conv conv;
  conv.in_channels = current_.channels;
  conv.out_channels = weights_.dimension(weight, 0);
  const int group = weights_.dimension(weight, 1);
  conv.kernel = {weights_.dimension(weight, 2), weights_.dimension(weight, 3)};
  if (weights_.error()) return;
  conv.groups = conv.in_channels / group;
  if (conv.in_channels % group != 0 || conv.out_channels % conv.groups != 0)
    return weights_.fail(weight, "is for groups of " + std::to_string(group) + " channels and " +
                                     std::to_string(conv.out_channels) + " outputs, its input has " +
                                     std::to_string(conv.in_channels) + " channels");
  conv.stride = {facts.stride, facts.stride};
  conv.dilation = {facts.dilation, facts.dilation};
  const int y = facts.pad >= 0 ? facts.pad : conv.kernel.y / 2 * facts.dilation;
  const int x = facts.pad >= 0 ? facts.pad : conv.kernel.x / 2 * facts.dilation;
  conv.pad = {y, x, y, x};
  conv.weights = weights_.read(
      weight, {size_of(conv.out_channels), size_of(group), size_of(conv.kernel.y), size_of(conv.kernel.x)});
  conv.bias = weights_.read_optional(name + ".bias", {size_of(conv.out_channels)});
  const int channels = conv.out_channels;
  append(name, std::move(conv), {current_.node}, channels);
}

void LayerBuilder::transposed_conv(const std::string& name, int stride) {
  const std::string weight = name + ".weight";
  Conv conv;
  conv.in_channels = current_.channels;
  const int inputs = weights_.dimension(weight, 0);
  conv.out_channels = weights_.dimension(weight, 1);
  conv.kernel = {weights_.dimension(weight, 2), weights_.dimension(weight, 3)};
  if (weights_.error()) return;
  if (inputs != conv.in_channels)
    return weights_.fail(weight, "is for " + std::to_string(inputs) + " channels, its input has " +
                                     std::to_string(conv.in_channels));
  if (stride == 0) stride = conv.kernel.y / 2;
  const int overlap = conv.kernel.y - stride;
  if (conv.kernel.y != conv.kernel.x || stride < 1 || overlap < 0 || overlap % 2 != 0)
    return weights_.fail(weight, "has a kernel of " + std::to_string(conv.kernel.y) + "x" +
                                     std::to_string(conv.kernel.x) + ", which does not enlarge by " +
                                     std::to_string(stride));
  const std::vector<float> values = weights_.read(
      weight, {size_of(inputs), size_of(conv.out_channels), size_of(conv.kernel.y), size_of(conv.kernel.x)});
  conv.bias = weights_.read_optional(name + ".bias", {size_of(conv.out_channels)});
  if (weights_.error()) return;
  conv.weights = turned_weights(values, inputs, conv.out_channels, conv.kernel.y * conv.kernel.x, 1);
  const int half = overlap / 2, channels = conv.out_channels;
  const TransposedCut cut{half, half, half, half};
  if (auto up = interpolation_by(conv, {stride, stride}, cut)) {
    append(name + ".around", up->around);
    append(name, up->resize);
    append(name + ".crop", up->crop);
    if (up->bias) append(name + ".bias", *std::move(up->bias));
    return;
  }
  auto phases = transposed_phases(conv, {stride, stride}, cut);
  if (!phases) return weights_.fail(weight, "has too many channels to be spread over pixels");
  const int deep = phases->conv.out_channels;
  append(name, std::move(phases->conv), {current_.node}, deep);
  append(name + ".spread", phases->spread, {current_.node}, channels);
  if (phases->crop) append(name + ".crop", *phases->crop, {current_.node}, channels);
}

void LayerBuilder::resize_to(const std::string& name, bool nearest) {
  const BuiltMap* like = saved(name);
  if (like == nullptr) return;
  ResizeTo resize;
  if (nearest) resize = {ResizeMode::nearest, ResizeCoordinates::asymmetric, ResizeRounding::floor};
  append(numbered("resize"), resize, {current_.node, like->node}, current_.channels);
}

void LayerBuilder::pointwise(const std::string& name) {
  const std::string weight = name + ".weight";
  const CheckpointTensor* found = weights_.find(weight);
  if (found != nullptr && found->shape.size() == 4) return conv(name, {});
  Conv conv;
  conv.in_channels = current_.channels;
  conv.out_channels = weights_.dimension(weight, 0);
  conv.weights = weights_.read(weight, {size_of(conv.out_channels), size_of(conv.in_channels)});
  conv.bias = weights_.read_optional(name + ".bias", {size_of(conv.out_channels)});
  const int channels = conv.out_channels;
  append(name, std::move(conv), {current_.node}, channels);
}

void LayerBuilder::batch_norm(const std::string& name, double epsilon) {
  const std::vector<std::uint64_t> shape{size_of(current_.channels)};
  BatchNorm norm;
  norm.channels = current_.channels;
  norm.epsilon = epsilon;
  norm.mean = weights_.read(name + ".running_mean", shape);
  norm.variance = weights_.read(name + ".running_var", shape);
  const bool affine = weights_.find(name + ".weight") != nullptr || weights_.find(name + ".bias") != nullptr;
  const auto count = static_cast<std::size_t>(current_.channels);
  norm.weight = affine ? weights_.read(name + ".weight", shape) : std::vector<float>(count, 1.0f);
  norm.bias = affine ? weights_.read(name + ".bias", shape) : std::vector<float>(count, 0.0f);
  append(name, std::move(norm));
}

void LayerBuilder::layer_norm(const std::string& name, double epsilon) {
  const std::vector<std::uint64_t> shape{size_of(current_.channels)};
  ChannelNorm norm;
  norm.channels = current_.channels;
  norm.epsilon = epsilon;
  norm.weight = weights_.read(name + ".weight", shape);
  norm.bias = weights_.read(name + ".bias", shape);
  append(name, std::move(norm));
}

void LayerBuilder::scale(const std::string& name) {
  const auto count = static_cast<std::size_t>(current_.channels);
  const CheckpointTensor* found = weights_.find(name);
  // torchvision keeps it as channels x 1 x 1.
  std::vector<std::uint64_t> shape{size_of(current_.channels)};
  if (found != nullptr && found->shape.size() == 3) shape.insert(shape.end(), 2, 1);
  affine(name, weights_.read(name, shape), std::vector<float>(count, 0.0f));
}

void LayerBuilder::affine(const std::string& name, std::vector<float> weight, std::vector<float> bias) {
  const auto count = static_cast<std::size_t>(current_.channels);
  BatchNorm norm;
  norm.channels = current_.channels;
  norm.epsilon = 0;
  norm.weight = std::move(weight);
  norm.bias = std::move(bias);
  norm.mean = std::vector<float>(count, 0.0f);
  norm.variance = std::vector<float>(count, 1.0f);
  append(name, std::move(norm));
}

void LayerBuilder::response_norm(const std::string& name) {
  constexpr float kEpsilon = 1e-6f;
  const BuiltMap map = current_;
  const auto count = static_cast<std::size_t>(map.channels);
  std::vector<std::uint64_t> shape{size_of(map.channels)};
  // transformers keeps them as 1 x 1 x 1 x channels.
  if (const CheckpointTensor* found = weights_.find(name + ".weight");
      found != nullptr && found->shape.size() == 4)
    shape.insert(shape.begin(), 3, 1);
  append(name + ".square", Arithmetic{ArithmeticKind::multiply}, {map.node, map.node}, map.channels);
  append(name + ".sum", GlobalSumPool{});
  append(name + ".norm", Activation{ActivationKind::sqrt});
  const NodeId norm = current_.node;
  append(name + ".mean", ReduceChannels{ReductionKind::mean}, {norm}, 1);
  affine(name + ".epsilon", {1.0f}, {kEpsilon});
  append(name + ".share", Arithmetic{ArithmeticKind::divide}, {norm, current_.node}, map.channels);
  // x + weight x share + bias
  affine(name + ".gate", weights_.read(name + ".weight", shape), std::vector<float>(count, 1.0f));
  append(name + ".weigh", Arithmetic{ArithmeticKind::multiply}, {map.node, current_.node}, map.channels);
  affine(name + ".bias", std::vector<float>(count, 1.0f), weights_.read(name + ".bias", shape));
}

void LayerBuilder::channel_conv(const std::string& name) {
  const int taps = weights_.dimension(name + ".weight", 2);
  const std::vector<float> kernel = weights_.read(name + ".weight", {1, 1, size_of(taps)});
  if (weights_.error()) return;
  const int count = current_.channels;
  Conv conv;
  conv.in_channels = conv.out_channels = count;
  conv.weights.assign(static_cast<std::size_t>(count) * static_cast<std::size_t>(count), 0.0f);
  for (int out = 0; out < count; ++out)
    for (int tap = 0; tap < taps; ++tap)
      if (const int in = out + tap - taps / 2; in >= 0 && in < count)
        conv.weights[static_cast<std::size_t>(out) * static_cast<std::size_t>(count) +
                     static_cast<std::size_t>(in)] = kernel[static_cast<std::size_t>(tap)];
  conv.bias.clear();
  append(name, std::move(conv));
}

bool LayerBuilder::activation(std::string_view kind) {
  const std::string name = numbered(kind);
  if (kind == "relu") return append(name, Relu{}), true;
  if (kind == "relu6") return append(name, Activation{ActivationKind::clip, 0, 6}), true;
  if (kind == "hard_sigmoid")
    return append(name, Activation{ActivationKind::hard_sigmoid, 1.0f / 6, 0.5f}), true;
  for (const ActivationKind plain : {ActivationKind::sigmoid, ActivationKind::hard_swish,
                                     ActivationKind::silu, ActivationKind::gelu, ActivationKind::gelu_tanh})
    if (kind_name(plain) == kind) return append(name, Activation{plain}), true;
  return false;
}

void LayerBuilder::max_pool(const PoolFacts& facts) {
  append(numbered("maxpool"), MaxPool{.kernel = {facts.size, facts.size},
                                      .stride = {facts.stride, facts.stride},
                                      .dilation = {},
                                      .pad = on_all_sides(facts.pad),
                                      .ceil_mode = facts.ceil_mode});
}

void LayerBuilder::average_pool(const PoolFacts& facts) {
  append(numbered("avgpool"), AveragePool{.kernel = {facts.size, facts.size},
                                          .stride = {facts.stride, facts.stride},
                                          .pad = on_all_sides(facts.pad),
                                          .ceil_mode = facts.ceil_mode,
                                          .count_include_pad = facts.count_pad});
}

void LayerBuilder::global_pool() {
  append(numbered("pool"), GlobalAveragePool{});
}

void LayerBuilder::global_max_pool() {
  append(numbered("maxpool"), GlobalMaxPool{});
}

void LayerBuilder::flatten(int size) {
  append(numbered("flatten"), Flatten{}, {current_.node}, current_.channels * size * size);
}

void LayerBuilder::linear(const std::string& name) {
  const std::string weight = name + ".weight";
  Linear linear;
  linear.in_features = current_.channels;
  linear.out_features = weights_.dimension(weight, 0);
  std::vector<std::uint64_t> shape{size_of(linear.out_features), size_of(linear.in_features)};
  // A 1x1 convolution of the pooled map is the same.
  if (const CheckpointTensor* found = weights_.find(weight); found != nullptr && found->shape.size() == 4)
    shape.insert(shape.end(), 2, 1);
  linear.weights = weights_.read(weight, shape);
  linear.bias = weights_.read_optional(name + ".bias", {size_of(linear.out_features)});
  const int channels = linear.out_features;
  append(name, std::move(linear), {current_.node}, channels);
}

void LayerBuilder::shuffle(int groups) {
  const int each = std::max(current_.channels / groups, 1);
  SelectChannels select;
  for (int channel = 0; channel < current_.channels; ++channel)
    select.channels.push_back(channel % groups * each + channel / groups);
  append(numbered("shuffle"), std::move(select));
}

void LayerBuilder::part(int number, int parts) {
  const int each = current_.channels / parts;
  SelectChannels select;
  for (int channel = 0; channel < each; ++channel) select.channels.push_back(number * each + channel);
  append(numbered("split"), std::move(select), {current_.node}, each);
}

void LayerBuilder::load(const std::string& name) {
  if (const BuiltMap* map = saved(name)) current_ = *map;
}

const BuiltMap* LayerBuilder::saved(const std::string& name) const {
  const auto found = saved_.find(name);
  return found == saved_.end() ? nullptr : &found->second;
}

void LayerBuilder::add(const std::string& name) {
  const BuiltMap* other = saved(name);
  if (other == nullptr) return;
  if (other->channels != current_.channels)
    return weights_.fail(Error{ErrorCode::unsupported,
                               "adds maps of " + std::to_string(current_.channels) + " and " +
                                   std::to_string(other->channels) + " channels: a projection is missing",
                               "after " + graph_.nodes[current_.node].name});
  append(numbered("add"), Add{}, {current_.node, other->node}, current_.channels);
}

void LayerBuilder::multiply(const std::string& name) {
  if (const BuiltMap* other = saved(name))
    append(numbered("multiply"), Arithmetic{ArithmeticKind::multiply}, {other->node, current_.node},
           other->channels);
}

void LayerBuilder::concat(const std::vector<std::string>& names) {
  std::vector<NodeId> inputs;
  int channels = 0;
  for (const std::string& name : names) {
    const BuiltMap* map = name == "." ? &current_ : saved(name);
    if (map == nullptr) continue;
    inputs.push_back(map->node);
    channels += map->channels;
  }
  append(numbered("concat"), Concat{}, std::move(inputs), channels);
}

}  // namespace fcn::tools

// SPDX-License-Identifier: MIT
// Random small networks and pictures for the engine's tests. Everything follows from a seed, which a failing
// test prints.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "fcn/graph/graph.hpp"
#include "fcn/image_view.hpp"
#include "fcn/model_info.hpp"
#include "tests/engine/naive_network.hpp"

namespace fcn::test {

class Random {
 public:
  explicit Random(std::uint32_t seed) : bits_(seed) {}
  /// A whole number in low .. high.
  int between(int low, int high) {
    return low + static_cast<int>(bits_() % static_cast<std::uint32_t>(high - low + 1));
  }
  bool chance() { return (bits_() & 1u) != 0; }
  float uniform(float low, float high) {
    return low + (high - low) * static_cast<float>(bits_() >> 8) / static_cast<float>(1u << 24);
  }
  std::vector<float> floats(int count, float low, float high) {
    std::vector<float> values(static_cast<std::size_t>(count));
    for (float& value : values) value = uniform(low, high);
    return values;
  }

 private:
  std::mt19937 bits_;
};

/// Weights scaled so that activations keep their size from layer to layer.
inline Conv random_conv(Random& random, int in, int out, int kernel, int stride, int pad, int groups = 1,
                        int dilation = 1) {
  Conv conv;
  conv.in_channels = in;
  conv.out_channels = out;
  conv.kernel = {kernel, kernel};
  conv.stride = {stride, stride};
  conv.dilation = {dilation, dilation};
  conv.pad = {pad, pad, pad, pad};
  conv.groups = groups;
  const int reduction = in / groups * kernel * kernel;
  const float range = 2.0f / std::sqrt(static_cast<float>(reduction));
  conv.weights = random.floats(out * reduction, -range, range);
  if (random.chance()) conv.bias = random.floats(out, -0.5f, 0.5f);
  return conv;
}

inline BatchNorm random_batch_norm(Random& random, int channels) {
  BatchNorm norm;
  norm.channels = channels;
  norm.weight = random.floats(channels, 0.5f, 1.5f);
  norm.bias = random.floats(channels, -0.5f, 0.5f);
  norm.mean = random.floats(channels, -0.5f, 0.5f);
  norm.variance = random.floats(channels, 0.5f, 2.0f);
  norm.relu = random.chance();
  return norm;
}

/// A stem, a residual block with a strided shortcut, a grouped and a dilated convolution, both pools, a batch
/// norm on its own, and a 1 x 1 head: every op that may stand in a fully convolutional network, at odd
/// widths.
inline Graph random_fcn(std::uint32_t seed) {
  Random random(seed);
  Graph g;
  const int channels = random.between(1, 4), width = 2 * random.between(3, 12),
            classes = random.between(2, 35);
  NodeId x = g.append("input", Input{channels}, {});
  Conv stem = random_conv(random, channels, width, random.between(1, 3) * 2 + 1, random.between(1, 2),
                          random.between(0, 3));
  stem.relu = true;
  x = g.append("stem", stem, {x});
  MaxPool max_pool{{3, 3}, {2, 2}, {1, 1}, {1, 1, 1, 1}, random.chance()};
  x = g.append("max_pool", max_pool, {x});
  Conv tiled = random_conv(random, width, width, 3, 1, 1);  // by Winograd where the width allows
  tiled.residual = tiled.relu = true;
  x = g.append("tiled", tiled, {x, x});
  const NodeId shortcut = g.append("shortcut", random_conv(random, width, width + 5, 1, 2, 0), {x});
  Conv first = random_conv(random, width, width, 3, 2, 1, random.chance() ? 2 : width);
  first.relu = random.chance();
  if (random.chance()) first.ceiling = 0.75f;
  x = g.append("grouped", first, {x});
  Conv second = random_conv(random, width, width + 5, 3, 1, 2, 1, 2);
  second.residual = second.relu = true;
  x = g.append("dilated", second, {x, shortcut});
  const NodeId normed = g.append("norm", random_batch_norm(random, width + 5), {x});
  x = g.append("sum", Add{random.chance()}, {normed, x});
  x = g.append("relu", Relu{}, {x});
  AveragePool average{{3, 2}, {random.between(1, 2), 1}, {1, 0, 1, 1}, random.chance(), random.chance()};
  x = g.append("average_pool", average, {x});
  x = g.append("head", random_conv(random, width + 5, classes, 1, 1, 0), {x});
  return g;
}

/// A squeeze-and-excite gate of `x`, by which it is multiplied.
inline NodeId append_gate(Graph& g, Random& random, NodeId x, int channels) {
  const Conv squeeze = random_conv(random, channels, random.between(1, channels), 1, 1, 0);
  NodeId gate = g.append("gate_pool", GlobalAveragePool{}, {x});
  gate = g.append("squeeze", squeeze, {gate});
  gate = g.append("excite", random_conv(random, squeeze.out_channels, channels, 1, 1, 0), {gate});
  const auto kind = random.chance() ? ActivationKind::sigmoid : ActivationKind::hard_sigmoid;
  gate = g.append("gate", Activation{kind, 0.2f, 0.5f}, {gate});
  return g.append("gated", Arithmetic{ArithmeticKind::multiply}, {x, gate});
}

/// Channels side by side, picked, and pixels padded, spread and resampled, between random activations.
inline NodeId append_moves(Graph& g, Random& random, NodeId x, int& channels) {
  const NodeId leaky = g.append("leaky", Activation{ActivationKind::leaky_relu, 0.1f, 0}, {x});
  const NodeId depthwise =
      g.append("depthwise", random_conv(random, channels, channels, 3, 1, 1, channels), {x});
  x = g.append("concat", Concat{}, {x, leaky, depthwise});
  SelectChannels select;
  for (int i = random.between(1, 40); i > 0; --i)
    select.channels.push_back(random.between(0, 3 * channels - 1));
  channels = static_cast<int>(select.channels.size());
  x = g.append("select", select, {x});
  const auto mode = static_cast<PadMode>(random.between(0, 2));
  x = g.append(
      "pad",
      Pad{mode,
          {random.between(-1, 3), random.between(-1, 3), random.between(-1, 3), random.between(-1, 3)},
          0.5f},
      {x});
  x = g.append("prelu", PRelu{channels, random.floats(channels, -0.5f, 0.5f)}, {x});
  x = g.append("zeros", InsertZeros{{random.between(1, 3), random.between(1, 2)}}, {x});
  const Extent block{random.between(1, 3), random.between(1, 2)};
  const int deep = channels * block.y * block.x;
  x = g.append("deep", random_conv(random, channels, deep, 1, 1, 0), {x});
  x = g.append("spread", DepthToSpace{block}, {x});
  x = g.append("filled", random_conv(random, channels, channels, 3, 1, 1), {x});
  x = g.append("resize",
               Resize{static_cast<ResizeMode>(random.between(0, 2)),
                      static_cast<ResizeCoordinates>(random.between(0, 3)),
                      static_cast<ResizeRounding>(random.between(0, 3)),
                      {random.between(1, 5), random.between(1, 5)},
                      {random.between(1, 4), random.between(1, 4)}},
               {x});
  x = g.append("resize_to",
               ResizeTo{static_cast<ResizeMode>(random.between(0, 2)),
                        static_cast<ResizeCoordinates>(random.between(0, 3)),
                        static_cast<ResizeRounding>(random.between(0, 3))},
               {x, leaky});
  const NodeId around = g.append("around", Pad{PadMode::edge, {2, 3, 1, 4}, 0}, {x});
  x = g.append("crop_to", CropTo{CropAxes::both, random.between(0, 3), random.between(0, 7)}, {around, x});
  x = g.append("center_to", CenterTo{CropAxes::both, static_cast<PlacesBefore>(random.between(0, 4))},
               {around, x});
  x = g.append("center_around", CenterTo{CropAxes::both, static_cast<PlacesBefore>(random.between(0, 4))},
               {x, around});
  x = g.append("center_rows", CenterTo{static_cast<CropAxes>(random.between(1, 2))}, {x, leaky});
  return x;
}

/// The ops of classifiers beyond ResNets: a barrier, channels and pixels moved, norms, arithmetic of maps of
/// different sizes, and every activation now and then.
inline Graph random_mixed(std::uint32_t seed) {
  Random random(seed);
  Graph g;
  int channels = random.between(2, 20);
  const auto activation = [&] {
    const auto kind = static_cast<ActivationKind>(random.between(0, 5));
    return kind == ActivationKind::clip ? Activation{kind, -0.2f, 1.5f} : Activation{kind, 0.2f, 0.5f};
  };
  NodeId x = g.append("input", Input{3}, {});
  x = g.append("stem", random_conv(random, 3, channels, 3, 2, 1), {x});
  x = g.append("first", activation(), {x});
  x = append_gate(g, random, x, channels);
  x = append_moves(g, random, x, channels);
  x = g.append("second", activation(), {x});
  x = g.append("response", LocalResponseNorm{random.between(1, 7), 0.1f, 0.75f, random.uniform(0.5f, 2)},
               {x});
  const NodeId greatest = g.append("greatest", GlobalMaxPool{}, {x});
  x = g.append("below", Arithmetic{ArithmeticKind::subtract}, {greatest, x});
  const NodeId divisors = g.append("divisors", Constant{{channels, 1, 1}, random.floats(channels, 1, 2)}, {});
  x = g.append("scaled", Arithmetic{ArithmeticKind::divide}, {x, divisors});
  const NodeId one = g.append("one", random_conv(random, channels, 1, 1, 1, 0), {x});
  x = g.append("raised", Arithmetic{ArithmeticKind::add}, {one, x});
  x = g.append("max_pool", MaxPool{{3, 3}, {2, 2}, {1, 1}, {2, 1, 1, 2}, random.chance()}, {x});
  g.append("head", random_conv(random, channels, random.between(2, 35), 1, 1, 0), {x});
  return g;
}

/// Pixels and what the network reads from them.
struct Picture {
  int width = 0, height = 0, channels = 0;
  std::vector<std::uint8_t> pixels;

  Picture(Random& random, int h, int w, int c) : width(w), height(h), channels(c) {
    pixels.resize(static_cast<std::size_t>(h) * static_cast<std::size_t>(w) * static_cast<std::size_t>(c));
    for (std::uint8_t& pixel : pixels) pixel = static_cast<std::uint8_t>(random.between(0, 255));
  }
  ImageView view() const { return {pixels.data(), width, height, std::ptrdiff_t{width} * channels}; }
  Map input(const ModelInfo& info) const {
    Map map(channels, height, width);
    std::size_t at = 0;
    for (int y = 0; y < height; ++y)
      for (int x = 0; x < width; ++x)
        for (int c = 0; c < channels; ++c) {
          const auto i = static_cast<std::size_t>(c);
          const double mean = i < info.mean.size() ? info.mean[i] : 0.0,
                       std = i < info.std.size() ? info.std[i] : 1.0;
          map.at(c, y, x) = (pixels[at++] / 255.0 - mean) / std;
        }
    return map;
  }
};

}  // namespace fcn::test

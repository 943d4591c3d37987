// SPDX-License-Identifier: MIT
// Random graphs that are valid and that nobody would draw: any op on any map that accepts it, the same map
// twice, chains of moves, branches that nothing reads, maps of one pixel, of one channel and of thousands,
// and any node as output, the input too. Everything follows from a seed.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "fcn/graph/shape_inference.hpp"
#include "tests/engine/random_network.hpp"

namespace fcn::test {

/// Grows a graph for pictures of one size.
class OddGraph {
 public:
  OddGraph(std::uint32_t seed, int height, int width) : random_(seed) {
    constexpr int kChannels[] = {1, 1, 3, 3, 4, 16, 17};
    const int channels = kChannels[random_.between(0, 6)];
    graph_.append("input", Input{channels}, {});
    shapes_ = {{channels, height, width}};
    for (int tries = random_.between(0, 24); tries > 0; --tries) grow();
    // Mostly the last, whose branch is the longest.
    graph_.output = random_.between(0, 3) > 0 ? graph_.nodes.size() - 1 : any();
  }

  [[nodiscard]] const Graph& graph() const { return graph_; }

 private:
  /// Few values, so that many graphs run in a second.
  static bool fits(const Shape& shape) {
    return shape.height <= 200 && shape.width <= 200 && shape.channels <= 70'000 &&
           std::int64_t{shape.channels} * shape.height * shape.width <= 120'000;
  }

  /// Appends the node if its inputs accept it.
  std::optional<NodeId> add(Op op, std::vector<NodeId> inputs) {
    Node node{"n" + std::to_string(graph_.nodes.size()), std::move(op), std::move(inputs)};
    const auto shape = infer_shape(node, shapes_, shapes_[0]);
    if (!shape || !fits(*shape)) return std::nullopt;
    shapes_.push_back(*shape);
    return graph_.append(node.name, std::move(node.op), std::move(node.inputs));
  }

  NodeId any() { return static_cast<NodeId>(random_.between(0, static_cast<int>(graph_.nodes.size()) - 1)); }
  int size(int most) { return random_.between(1, random_.chance() ? std::min(most, 3) : most); }
  Extent extent(int most) { return {size(most), size(most)}; }
  template <class Kind>
  Kind kind(int count) {
    return static_cast<Kind>(random_.between(0, count - 1));
  }
  /// Amounts from `low` to those that a window of this reach allows.
  Padding pads(int low, int most_y, int most_x) {
    return {random_.between(low, most_y), random_.between(low, most_x), random_.between(low, most_y),
            random_.between(low, most_x)};
  }

  void grow() {
    const NodeId from = random_.chance() ? graph_.nodes.size() - 1 : any();
    const int channels = shapes_[from].channels;
    switch (random_.between(0, 5)) {
      case 0:
        return grow_convolution(from, channels);
      case 1:
        return grow_pool(from);
      case 2:
        return grow_pixelwise(from, channels);
      case 3:
        return grow_pair(from);
      case 4:
        return grow_move(from, channels);
      default:
        return grow_sized(from);
    }
  }

  void grow_convolution(NodeId from, int in) {
    if (shapes_[from].height == 1 && shapes_[from].width == 1 && in <= 300 && random_.chance()) {
      Linear linear;
      linear.in_features = in;
      linear.out_features = size(40);
      linear.weights = random_.floats(in * linear.out_features, -0.5f, 0.5f);
      static_cast<void>(add(std::move(linear), {from}));
      return;
    }
    constexpr int kWidths[] = {1, 2, 16, 17, 33};
    const bool depthwise = random_.chance() || in > 64;
    const int out = depthwise ? in : kWidths[random_.between(0, 4)];
    const bool tiled = random_.chance();
    const Extent kernel = tiled ? Extent{3, 3} : extent(in > 64 ? 2 : 5);
    Conv conv = random_conv(random_, in, out, 1, 1, 0, depthwise ? in : 1);
    conv.kernel = kernel;
    conv.weights = random_.floats(out * (in / conv.groups) * kernel.y * kernel.x, -0.5f, 0.5f);
    conv.stride = random_.chance() ? Extent{1, 1} : extent(4);
    conv.dilation = random_.between(0, 3) > 0 ? Extent{1, 1} : extent(3);
    conv.pad = tiled && random_.chance() ? Padding{1, 1, 1, 1} : pads(0, 6, 6);
    conv.relu = random_.chance();
    if (conv.relu && random_.chance()) conv.ceiling = 0.5f;
    const auto made = add(conv, {from});
    if (!made || !random_.chance()) return;
    conv.residual = true;
    static_cast<void>(add(std::move(conv), {from, *made}));
  }

  void grow_pool(NodeId from) {
    const Extent kernel = extent(7), stride = random_.chance() ? kernel : extent(5);
    const Padding pad = pads(0, kernel.y - 1, kernel.x - 1);
    const bool hangs = random_.chance();
    switch (random_.between(0, 5)) {
      case 0:
        return static_cast<void>(add(MaxPool{kernel, stride, extent(3), pad, hangs}, {from}));
      case 1:
        return static_cast<void>(add(MaxPool{{3, 3}, {2, 2}, {1, 1}, pads(0, 1, 1), hangs}, {from}));
      case 2:
        return static_cast<void>(add(AveragePool{kernel, stride, pad, hangs, random_.chance()}, {from}));
      case 3: {
        const Op pools[] = {GlobalAveragePool{}, GlobalMaxPool{}, GlobalSumPool{}, Flatten{}};
        return static_cast<void>(add(pools[random_.between(0, 3)], {from}));
      }
      default:
        return grow_unpool(from, kernel, pad);
    }
  }

  /// The indices are those of the pool or any map of that shape, whose numbers then mean nothing.
  void grow_unpool(NodeId from, Extent kernel, const Padding& pad) {
    const Extent stride{kernel.y + random_.between(0, 2), kernel.x + random_.between(0, 2)};
    const auto values = add(MaxPool{kernel, stride, {1, 1}, pad, false}, {from});
    const auto indices = add(MaxPoolIndices{kernel, stride, pad, false}, {from});
    if (!values || !indices) return;
    const NodeId taps = random_.between(0, 3) > 0 ? *indices : *values;
    static_cast<void>(add(MaxUnpool{kernel, stride, pad}, {*values, taps, random_.chance() ? from : any()}));
  }

  void grow_pixelwise(NodeId from, int channels) {
    switch (random_.between(0, 7)) {
      case 0:
        return static_cast<void>(add(Relu{}, {from}));
      case 1:
        return static_cast<void>(add(Softmax{}, {from}));
      case 2:
        return static_cast<void>(add(random_batch_norm(random_, channels), {from}));
      case 3:
        return static_cast<void>(add(PRelu{channels, random_.floats(channels, -1, 1)}, {from}));
      case 4:
        return static_cast<void>(add(LocalResponseNorm{size(9), 0.1f, 0.75f, 1}, {from}));
      case 5:
        return static_cast<void>(add(ReduceChannels{kind<ReductionKind>(4)}, {from}));
      case 6: {
        ChannelNorm norm{channels, 1e-3, random_.chance(), random_.floats(channels, -1, 1), {}};
        return static_cast<void>(add(std::move(norm), {from}));
      }
      default: {
        const auto curve = kind<ActivationKind>(19);
        const float alpha = curve == ActivationKind::clip ? -0.5f : random_.uniform(-2, 2);
        return static_cast<void>(add(Activation{curve, alpha, random_.uniform(0, 2)}, {from}));
      }
    }
  }

  void grow_pair(NodeId from) {
    const NodeId other = random_.between(0, 2) > 0 ? any() : from;
    if (random_.chance()) return static_cast<void>(add(Add{random_.chance()}, {from, other}));
    if (random_.chance()) {
      std::vector<NodeId> inputs{from, other};
      for (int more = random_.between(0, 4); more > 0; --more)
        inputs.push_back(random_.chance() ? from : any());
      return static_cast<void>(add(Concat{}, std::move(inputs)));
    }
    static_cast<void>(add(Arithmetic{kind<ArithmeticKind>(6)}, {from, other}));
  }

  void grow_move(NodeId from, int channels) {
    switch (random_.between(0, 5)) {
      case 0: {
        SelectChannels select;
        for (int count = random_.between(0, 20) == 0 ? 65'536 : size(50); count > 0; --count)
          select.channels.push_back(random_.between(0, channels - 1));
        return static_cast<void>(add(std::move(select), {from}));
      }
      case 1: {
        const Padding pad = pads(-3, 6, 6);
        return static_cast<void>(add(Pad{kind<PadMode>(3), pad, random_.uniform(-1, 1)}, {from}));
      }
      case 2:
        return static_cast<void>(add(InsertZeros{extent(4)}, {from}));
      case 3:
        return static_cast<void>(add(DepthToSpace{extent(4)}, {from}));
      case 4: {
        const Shape shape{size(20), size(9), size(9)};
        const int count = shape.channels * shape.height * shape.width;
        return static_cast<void>(add(Constant{shape, random_.floats(count, -1, 1)}, {}));
      }
      default:
        return static_cast<void>(add(Resize{kind<ResizeMode>(3), kind<ResizeCoordinates>(4),
                                            kind<ResizeRounding>(4), extent(9), extent(9)},
                                     {from}));
    }
  }

  void grow_sized(NodeId from) {
    const NodeId like = any();
    switch (random_.between(0, 2)) {
      case 0:
        return static_cast<void>(
            add(ResizeTo{kind<ResizeMode>(3), kind<ResizeCoordinates>(4), kind<ResizeRounding>(4)},
                {from, like}));
      case 1: {
        const auto axes = kind<CropAxes>(3);
        return static_cast<void>(add(CropTo{axes, axes == CropAxes::columns ? 0 : random_.between(0, 4),
                                            axes == CropAxes::rows ? 0 : random_.between(0, 4)},
                                     {from, like}));
      }
      default:
        return static_cast<void>(
            add(CenterTo{kind<CropAxes>(3), kind<PlacesBefore>(5), random_.chance()}, {from, like}));
    }
  }

  Random random_;
  Graph graph_;
  std::vector<Shape> shapes_;
};

}  // namespace fcn::test

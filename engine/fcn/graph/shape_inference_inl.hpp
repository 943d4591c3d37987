// SPDX-License-Identifier: MIT
// Definitions of shape_inference.hpp: compiled into fcn::runtime, or inline where headers are used alone.
#pragma once

#include <cstdint>
#include <limits>
#include <string>

#include "fcn/graph/shape_inference.hpp"

namespace fcn::inline FCN_ABI {

namespace detail {

FCN_INLINE Error shape_error(const Node& node, std::string message) {
  return {ErrorCode::invalid_argument, std::move(message),
          "node " + node.name + " (" + std::string(op_name(node.op)) + ")"};
}

/// Positions of a window of `kernel` taps, `dilation` apart, stepping by `stride` over `size` + padding; 0 if
/// none fits. With ceil_mode the last window may hang over the far padding, but must start inside the map or
/// its near padding.
FCN_INLINE std::int64_t window_count(std::int64_t size, int kernel, int stride, int dilation, int before,
                                     int after, bool ceil_mode) {
  const std::int64_t span = std::int64_t{dilation} * (kernel - 1) + 1;
  const std::int64_t room = size + before + after - span;
  if (room < 0) return 0;
  std::int64_t count = room / stride + 1;
  if (ceil_mode && room % stride != 0 && count * stride < size + before) ++count;
  return count;
}

}  // namespace detail

FCN_INLINE Result<Shape> window_shape(const Node& node, const Shape& in, int channels, Extent kernel,
                                      Extent stride, Extent dilation, const Padding& pad, bool ceil_mode) {
  const std::int64_t h =
      detail::window_count(in.height, kernel.y, stride.y, dilation.y, pad.top, pad.bottom, ceil_mode);
  const std::int64_t w =
      detail::window_count(in.width, kernel.x, stride.x, dilation.x, pad.left, pad.right, ceil_mode);
  constexpr std::int64_t kMax = std::numeric_limits<int>::max();
  if (h < 1 || w < 1)
    return Error{ErrorCode::too_small,
                 "a window of " + std::to_string(kernel.x) + "x" + std::to_string(kernel.y) +
                     " does not fit the feature map of " + std::to_string(in.width) + "x" +
                     std::to_string(in.height) + "; use a larger image",
                 "node " + node.name};
  if (h > kMax || w > kMax) return detail::shape_error(node, "output size overflows");
  return Shape{channels, static_cast<int>(h), static_cast<int>(w)};
}

namespace detail {

struct ShapeVisitor {
  const Node& node;
  const std::vector<Shape>& shapes;
  const Shape& input;

  const Shape& in(std::size_t i) const { return shapes[node.inputs[i]]; }

  Result<Shape> operator()(const Input& op) const {
    if (op.channels != input.channels)
      return shape_error(node, "expects " + std::to_string(op.channels) + " channels, was given " +
                                   std::to_string(input.channels));
    return input;
  }
  Result<Shape> operator()(const Conv& op) const {
    if (op.in_channels != in(0).channels) return wrong_channels(op.in_channels);
    auto shape = window_shape(node, in(0), op.out_channels, op.kernel, op.stride, op.dilation, op.pad, false);
    if (shape && op.residual && in(1) != *shape)
      return shape_error(node,
                         "its residual input is " + size_text(in(1)) + ", its output " + size_text(*shape));
    return shape;
  }
  Result<Shape> operator()(const BatchNorm& op) const {
    if (op.channels != in(0).channels) return wrong_channels(op.channels);
    return in(0);
  }
  Result<Shape> operator()(const Relu&) const { return in(0); }
  Result<Shape> operator()(const Softmax&) const { return in(0); }
  Result<Shape> operator()(const MaxPool& op) const {
    return window_shape(node, in(0), in(0).channels, op.kernel, op.stride, op.dilation, op.pad, op.ceil_mode);
  }
  Result<Shape> operator()(const AveragePool& op) const {
    return window_shape(node, in(0), in(0).channels, op.kernel, op.stride, op.dilation, op.pad, op.ceil_mode);
  }
  Result<Shape> operator()(const GlobalAveragePool&) const { return Shape{in(0).channels, 1, 1}; }
  Result<Shape> operator()(const GlobalMaxPool&) const { return Shape{in(0).channels, 1, 1}; }
  Result<Shape> operator()(const GlobalSumPool&) const { return Shape{in(0).channels, 1, 1}; }
  Result<Shape> operator()(const Add&) const {
    if (in(0) != in(1))
      return shape_error(node, "its inputs are " + size_text(in(0)) + " and " + size_text(in(1)) +
                                   ", expected equal shapes");
    return in(0);
  }
  Result<Shape> operator()(const Flatten&) const {
    const std::int64_t n = std::int64_t{in(0).height} * in(0).width;
    if (n > std::numeric_limits<int>::max() / in(0).channels)
      return shape_error(node, "output size overflows");
    return Shape{static_cast<int>(n * in(0).channels), 1, 1};
  }
  Result<Shape> operator()(const Linear& op) const {
    if (in(0) != Shape{op.in_features, 1, 1})
      return shape_error(node, "expects " + std::to_string(op.in_features) + " features, its input is " +
                                   std::to_string(in(0).channels) + "x" + std::to_string(in(0).height) + "x" +
                                   std::to_string(in(0).width));
    return Shape{op.out_features, 1, 1};
  }
  Result<Shape> operator()(const Activation&) const { return in(0); }
  Result<Shape> operator()(const LocalResponseNorm&) const { return in(0); }
  Result<Shape> operator()(const Constant& op) const { return op.shape; }
  Result<Shape> operator()(const ReduceChannels&) const { return Shape{1, in(0).height, in(0).width}; }
  Result<Shape> operator()(const ChannelNorm& op) const {
    if (op.channels != in(0).channels) return wrong_channels(op.channels);
    return in(0);
  }
  Result<Shape> operator()(const PRelu& op) const {
    if (op.channels != in(0).channels) return wrong_channels(op.channels);
    return in(0);
  }
  Result<Shape> operator()(const Arithmetic&) const {
    const auto both = [](int a, int b) { return a == b || b == 1 ? a : a == 1 ? b : 0; };
    const Shape &a = in(0), &b = in(1);
    const Shape out{both(a.channels, b.channels), both(a.height, b.height), both(a.width, b.width)};
    if (out.channels != 0 && out.height != 0 && out.width != 0) return out;
    return shape_error(
        node, "its inputs are " + size_text(a) + " and " + size_text(b) + ", sizes other than 1 must agree");
  }
  Result<Shape> operator()(const Concat&) const {
    std::int64_t channels = 0;
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      if (in(i).height != in(0).height || in(i).width != in(0).width)
        return shape_error(node, "its inputs are " + size_text(in(0)) + " and " + size_text(in(i)) +
                                     ", heights and widths must agree");
      channels += in(i).channels;
    }
    return sized(channels, in(0).height, in(0).width);
  }
  Result<Shape> operator()(const SelectChannels& op) const {
    for (const int channel : op.channels)
      if (channel >= in(0).channels)
        return shape_error(
            node, "selects channel " + std::to_string(channel) + " of " + std::to_string(in(0).channels));
    return Shape{static_cast<int>(op.channels.size()), in(0).height, in(0).width};
  }
  Result<Shape> operator()(const Pad& op) const {
    // Mirrored pixels lie up to size - 1 away from the edge.
    const auto fits = [&](int pad, int size) { return op.mode != PadMode::reflect || pad < size; };
    const Shape& from = in(0);
    if (!fits(op.pad.top, from.height) || !fits(op.pad.bottom, from.height) ||
        !fits(op.pad.left, from.width) || !fits(op.pad.right, from.width))
      return shape_error(node, "reflects more than the " + size_text(from) + " map has; use a larger image");
    return sized(from.channels, std::int64_t{from.height} + op.pad.top + op.pad.bottom,
                 std::int64_t{from.width} + op.pad.left + op.pad.right);
  }
  Result<Shape> operator()(const InsertZeros& op) const {
    const auto spread = [](int size, int stride) { return std::int64_t{size - 1} * stride + 1; };
    return sized(in(0).channels, spread(in(0).height, op.stride.y), spread(in(0).width, op.stride.x));
  }
  Result<Shape> operator()(const DepthToSpace& op) const {
    const std::int64_t pixels = std::int64_t{op.block.y} * op.block.x;
    if (in(0).channels % pixels != 0)
      return shape_error(node, "its input is " + size_text(in(0)) + ", expected a multiple of " +
                                   std::to_string(pixels) + " channels");
    return sized(in(0).channels / pixels, std::int64_t{in(0).height} * op.block.y,
                 std::int64_t{in(0).width} * op.block.x);
  }
  Result<Shape> operator()(const Resize& op) const {
    return sized(in(0).channels, std::int64_t{in(0).height} * op.up.y / op.down.y,
                 std::int64_t{in(0).width} * op.up.x / op.down.x);
  }
  Result<Shape> operator()(const ResizeTo&) const { return Shape{in(0).channels, in(1).height, in(1).width}; }
  Result<Shape> operator()(const CenterTo& op) const {
    const Shape out = sized_like(op.axes);
    if (!op.only_cut || (out.height <= in(0).height && out.width <= in(0).width)) return out;
    return shape_error(node, "cuts " + std::to_string(out.width) + "x" + std::to_string(out.height) +
                                 " places out of " + size_text(in(0)) + ", which has fewer");
  }
  Result<Shape> operator()(const CropTo& op) const {
    const auto [channels, height, width] = sized_like(op.axes);
    const auto fits = [](int first, int size, int of) {
      return first >= 0 && std::int64_t{first} + size <= of;
    };
    if (fits(op.top, height, in(0).height) && fits(op.left, width, in(0).width))
      return Shape{channels, height, width};
    return shape_error(node, "cuts " + std::to_string(width) + "x" + std::to_string(height) +
                                 " places at column " + std::to_string(op.left) + ", row " +
                                 std::to_string(op.top) + " out of " + size_text(in(0)) +
                                 ", which does not contain them");
  }
  Result<Shape> operator()(const MaxPoolIndices& op) const {
    return window_shape(node, in(0), in(0).channels, op.kernel, op.stride, {1, 1}, op.pad, op.ceil_mode);
  }
  Result<Shape> operator()(const MaxUnpool&) const {
    if (in(0) != in(1))
      return shape_error(node, "its values are " + size_text(in(0)) + ", its indices " + size_text(in(1)) +
                                   "; expected equal shapes");
    return Shape{in(0).channels, in(2).height, in(2).width};
  }

 private:
  [[nodiscard]] Error wrong_channels(int expected) const {
    return shape_error(node, "expects " + std::to_string(expected) + " channels, its input has " +
                                 std::to_string(in(0).channels));
  }
  /// Input 0 with the rows, columns or both of input 1.
  [[nodiscard]] Shape sized_like(CropAxes axes) const {
    return {in(0).channels, in(axes == CropAxes::columns ? 0 : 1).height,
            in(axes == CropAxes::rows ? 0 : 1).width};
  }
  static std::string size_text(const Shape& shape) {
    return std::to_string(shape.channels) + "x" + std::to_string(shape.height) + "x" +
           std::to_string(shape.width);
  }
  /// The shape, or an Error where nothing is left or a size overflows.
  [[nodiscard]] Result<Shape> sized(std::int64_t channels, std::int64_t height, std::int64_t width) const {
    constexpr std::int64_t kMax = std::numeric_limits<int>::max();
    if (height < 1 || width < 1)
      return Error{ErrorCode::too_small,
                   "nothing is left of its " + size_text(in(0)) + " input; use a larger image",
                   "node " + node.name};
    if (channels > kMax || height > kMax || width > kMax) return shape_error(node, "output size overflows");
    return Shape{static_cast<int>(channels), static_cast<int>(height), static_cast<int>(width)};
  }
};

/// Whether the size of its second input is that of its result.
FCN_INLINE bool takes_size(const Op& op) {
  return std::holds_alternative<ResizeTo>(op) || std::holds_alternative<CropTo>(op) ||
         std::holds_alternative<CenterTo>(op);
}

}  // namespace detail

FCN_INLINE std::size_t input_count(const Op& op) {
  if (std::holds_alternative<Input>(op) || std::holds_alternative<Constant>(op)) return 0;
  if (const auto* conv = std::get_if<Conv>(&op)) return conv->residual ? 2 : 1;
  if (std::holds_alternative<MaxUnpool>(op)) return 3;
  const bool two =
      std::holds_alternative<Add>(op) || std::holds_alternative<Arithmetic>(op) || detail::takes_size(op);
  return two ? 2 : 1;
}
FCN_INLINE bool reads_size_only(const Op& op, std::size_t slot) {
  if (std::holds_alternative<MaxUnpool>(op)) return slot == 2;
  return slot == 1 && detail::takes_size(op);
}

FCN_INLINE bool takes_inputs(const Op& op, std::size_t count) {
  return std::holds_alternative<Concat>(op) ? count >= 1 : count == input_count(op);
}

FCN_INLINE Result<Shape> infer_shape(const Node& node, const std::vector<Shape>& shapes, const Shape& input) {
  FCN_ASSERT(takes_inputs(node.op, node.inputs.size()));
  return std::visit(detail::ShapeVisitor{node, shapes, input}, node.op);
}

FCN_INLINE Result<std::vector<Shape>> infer_shapes(const Graph& graph, const Shape& input) {
  std::vector<Shape> shapes;
  shapes.reserve(graph.nodes.size());
  for (const Node& node : graph.nodes) {
    auto shape = infer_shape(node, shapes, input);
    if (!shape) return shape.error();
    shapes.push_back(*shape);
  }
  return shapes;
}

}  // namespace fcn::inline FCN_ABI

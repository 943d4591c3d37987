// SPDX-License-Identifier: MIT
// Add, Sub, Mul and Div: of two maps, or of a map and constants that are one a channel.
#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "tools/import/onnx/lowering.hpp"

namespace fcn::tools {
namespace {

ArithmeticKind kind_of(const std::string& type) {
  if (type == "Add") return ArithmeticKind::add;
  if (type == "Sub") return ArithmeticKind::subtract;
  return type == "Mul" ? ArithmeticKind::multiply : ArithmeticKind::divide;
}

/// The map's values with a constant on the right, as scale and shift.
BatchNorm with_constant(ArithmeticKind kind, std::vector<float> values) {
  const std::size_t channels = values.size();
  if (kind == ArithmeticKind::add || kind == ArithmeticKind::subtract) {
    if (kind == ArithmeticKind::subtract)
      for (float& value : values) value = -value;
    return scale_and_shift(std::vector<float>(channels, 1.0f), std::move(values));
  }
  if (kind == ArithmeticKind::divide)
    for (float& value : values) value = 1 / value;
  return scale_and_shift(std::move(values), std::vector<float>(channels, 0.0f));
}

/// Whether multiplying by `values` changes nothing, or adding them.
bool changes_nothing(ArithmeticKind kind, const std::vector<float>& values) {
  const bool sum = kind == ArithmeticKind::add || kind == ArithmeticKind::subtract;
  return std::all_of(values.begin(), values.end(), [&](float value) { return value == (sum ? 0.0f : 1.0f); });
}

Value map_and_constant(ArithmeticKind kind, const Feature& map, const KnownTensor& known, bool known_first,
                       NetworkBuilder& net) {
  auto values = channel_values(known, map);
  if (!values)
    throw Refusal{"its constant of shape " + dims_text(known.dims) +
                  " differs from place to place, supported is one a channel"};
  const bool in_order = !known_first || kind == ArithmeticKind::add || kind == ArithmeticKind::multiply;
  if (in_order && changes_nothing(kind, *values)) return map;
  if (in_order) return net.append_like(with_constant(kind, *std::move(values)), map);
  if (kind == ArithmeticKind::subtract) {  // k - x
    std::vector<float> minus(values->size(), -1.0f);
    return net.append_like(scale_and_shift(std::move(minus), *std::move(values)), map);
  }
  const Shape shape{map.shape.channels, 1, 1};
  const Feature numerator = net.append(Constant{.shape = shape, .values = *std::move(values)}, {});
  Feature out = net.append(Arithmetic{.kind = kind}, {numerator.node, map.node});
  out.view = map.view;
  return out;
}

/// The view of a tensor with axes of size 1 put in front.
TensorView widened(const TensorView& view, std::size_t rank) {
  std::vector<ViewAxis> axes(rank - view.rank());
  for (std::size_t i = 0; i < view.rank(); ++i) axes.push_back(view.axis(i));
  return TensorView(std::move(axes));
}

std::array<int, 3> sizes_of(const Shape& shape) {
  return {shape.channels, shape.height, shape.width};
}

/// The view of two maps combined place by place; nothing if ONNX would pair their values otherwise than by
/// channel, row and column.
std::optional<TensorView> common_view(const Feature& a, const Feature& b) {
  const std::size_t rank = std::max(a.view.rank(), b.view.rank());
  const TensorView left = widened(a.view, rank), right = widened(b.view, rank);
  const auto repeats = [](const ViewAxis& axis, const Shape& shape) {  // a map that has nothing there
    return std::all_of(axis.begin(), axis.end(), [&](const AxisPiece& piece) {
      return sizes_of(shape)[static_cast<std::size_t>(piece.axis)] == 1;
    });
  };
  std::vector<ViewAxis> axes;
  for (std::size_t i = 0; i < rank; ++i) {
    const ViewAxis &x = left.axis(i), &y = right.axis(i);
    const bool fits = x == y || (y.empty() && repeats(x, b.shape)) || (x.empty() && repeats(y, a.shape));
    if (!fits) return std::nullopt;
    axes.push_back(x.empty() ? y : x);
  }
  return TensorView(std::move(axes));
}

/// x sigmoid(x) in one step, if that is what these are.
std::optional<Feature> as_silu(const Feature& x, const Feature& gate, NetworkBuilder& net) {
  const Node& node = net.graph().nodes[gate.node];
  const auto* activation = std::get_if<Activation>(&node.op);
  if (activation == nullptr || node.inputs[0] != x.node || x.view != gate.view) return std::nullopt;
  if (activation->kind == ActivationKind::sigmoid)
    return net.append_like(Activation{.kind = ActivationKind::silu}, x);
  constexpr float sixth = 1.0f / 6;
  if (activation->kind == ActivationKind::hard_sigmoid && activation->alpha == sixth &&
      activation->beta == 0.5f)
    return net.append_like(Activation{.kind = ActivationKind::hard_swish}, x);
  return std::nullopt;
}

Value two_maps(ArithmeticKind kind, Feature a, Feature b, NetworkBuilder& net) {
  if (kind == ArithmeticKind::multiply) {
    if (auto silu = as_silu(a, b, net)) return *silu;
    if (auto silu = as_silu(b, a, net)) return *silu;
  }
  auto view = common_view(a, b);
  if (!view) {  // the channels of one of them may only be in another order
    a = as_map(a, net);
    b = as_map(b, net);
    view = common_view(a, b);
  }
  if (!view)
    throw Refusal{"its inputs of shapes " + dims_text(a.view.dims()) + " and " + dims_text(b.view.dims()) +
                  " do not pair by channel, row and column"};
  // An Add proper can be fused into a convolution, but its inputs have one size whatever the picture's.
  const bool residual =
      kind == ArithmeticKind::add && a.shape == b.shape && a.shape.height * a.shape.width > 1;
  const Op op = residual ? Op(Add{}) : Op(Arithmetic{.kind = kind});
  Feature out = net.append(op, {a.node, b.node});
  out.view = *view;
  return out;
}

std::vector<Value> lower_arithmetic(const NodeCall& call, NetworkBuilder& net) {
  const ArithmeticKind kind = kind_of(call.node().type);
  if (call.is_known(1)) return {map_and_constant(kind, call.feature(0), call.known(1), false, net)};
  if (call.is_known(0)) return {map_and_constant(kind, call.feature(1), call.known(0), true, net)};
  return {two_maps(kind, call.feature(0), call.feature(1), net)};
}

constexpr LoweringRule kRules[] = {{"Add", lower_arithmetic},
                                   {"Div", lower_arithmetic},
                                   {"Mul", lower_arithmetic},
                                   {"Sub", lower_arithmetic}};

}  // namespace

std::span<const LoweringRule> arithmetic_rules() {
  return kRules;
}

}  // namespace fcn::tools

// SPDX-License-Identifier: MIT
// Definitions of dilate.hpp: compiled into fcn::runtime, or inline where headers are used alone.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "fcn/passes/dilate.hpp"

namespace fcn::inline FCN_ABI::passes {

namespace detail {

/// A stride as text: "32", or "32x16" (along x, then y) if the axes differ.
FCN_INLINE std::string axes_text(double x, double y) {
  const auto text = [](double value) {
    const std::string digits = std::to_string(value);
    return value == std::floor(value) ? digits.substr(0, digits.find('.')) : digits;
  };
  return x == y ? text(x) : text(x) + "x" + text(y);
}

class Dilator {
 public:
  Dilator(Graph& graph, const std::vector<Shape>& shapes, const std::vector<MapGeometry>& own,
          int output_stride, const Limits& limits)
      : graph_(graph),
        shapes_(shapes),
        own_(own),
        output_stride_(output_stride),
        most_(limits.max_extent),
        rates_(graph.nodes.size()) {}

  Status dilate() {
    for (id_ = 0; id_ < graph_.nodes.size(); ++id_) {
      Node& node = graph_.nodes[id_];
      std::optional<Extent>& rate = rates_[id_];
      for (const NodeId input : node.inputs) {
        if (!rates_[input]) continue;
        if (rate && *rate != *rates_[input]) return refuse("its inputs would no longer show the same places");
        rate = rates_[input];
      }
      if (Status ok = std::visit([&](auto& op) { return visit(op); }, node.op); !ok) return ok;
    }
    return {};
  }

 private:
  static constexpr Extent kUndilated{1, 1};

  [[nodiscard]] Error refuse(const std::string& why) const {
    const Node& node = graph_.nodes[id_];
    return {ErrorCode::invalid_argument,
            "output stride " + std::to_string(output_stride_) + " is not possible: " + why,
            "node " + node.name + " (" + std::string(op_name(node.op)) + ")"};
  }
  /// Whether the node reads a map whose cells lie closer than it was trained for.
  [[nodiscard]] bool is_dilated() const { return rates_[id_] && *rates_[id_] != kUndilated; }

  Status visit(Input&) {
    rates_[id_] = kUndilated;
    return {};
  }
  Status visit(Constant& op) {
    if (op.shape.height != 1 || op.shape.width != 1) rates_[id_] = kUndilated;
    return {};
  }
  Status visit(Conv& op) { return dilate_window(op); }
  Status visit(MaxPool& op) { return dilate_window(op); }
  Status visit(AveragePool& op) { return dilate_window(op); }
  Status visit(GlobalAveragePool&) { return gather(); }
  Status visit(GlobalMaxPool&) { return gather(); }
  Status visit(GlobalSumPool&) { return gather(); }
  Status visit(Pad& op) {
    if (!is_dilated()) return {};
    if (op.mode != PadMode::constant) return refuse("it pads with the map's own cells");
    return scale(op.pad, *rates_[id_]);
  }
  Status visit(Flatten&) { return refuse_dilated(); }
  Status visit(Linear&) { return refuse_dilated(); }
  Status visit(InsertZeros&) { return refuse_dilated(); }
  Status visit(DepthToSpace&) { return refuse_dilated(); }
  Status visit(Resize&) { return refuse_dilated(); }
  Status visit(ResizeTo&) { return refuse_dilated(); }
  Status visit(CropTo&) { return refuse_dilated(); }
  Status visit(CenterTo&) { return refuse_dilated(); }
  Status visit(MaxPoolIndices&) { return refuse_dilated(); }
  Status visit(MaxUnpool&) { return refuse_dilated(); }
  /// All others work on each place by itself.
  template <class PlaceOp>
  Status visit(PlaceOp&) {
    return {};
  }

  [[nodiscard]] Status refuse_dilated() const {
    if (!is_dilated()) return {};
    return refuse("it comes after a stride that would be removed, and has no dilated form");
  }
  Status gather() {
    if (is_dilated()) return refuse("it pools the whole map, whose cells would be others");
    rates_[id_].reset();
    return {};
  }

  /// How many times closer together the node's cells must lie than at its own stride.
  [[nodiscard]] std::optional<int> rate_of(double own_stride) const {
    const double rate = std::max(own_stride / output_stride_, 1.0);
    if (rate != std::floor(rate) || rate > most_) return std::nullopt;
    return static_cast<int>(rate);
  }

  template <class WindowOp>
  Status dilate_window(WindowOp& op) {
    if (!rates_[id_]) return {};  // the same everywhere, as behind a pool over the whole map
    const Extent in = *rates_[id_];
    const MapGeometry& own = own_[id_];
    const auto y = rate_of(own.y.stride), x = rate_of(own.x.stride);
    if (!y || !x || op.stride.y * in.y % *y != 0 || op.stride.x * in.x % *x != 0)
      return refuse("its map has a cell every " + axes_text(own.x.stride, own.y.stride) +
                    " pixels, which cannot become " + std::to_string(output_stride_));
    if (in == kUndilated && *y == 1 && *x == 1) return {};
    if (Status ok = pad_overhang(op); !ok) return ok;
    rates_[id_] = {*y, *x};
    op.stride = {op.stride.y * in.y / *y, op.stride.x * in.x / *x};
    op.dilation = {op.dilation.y * in.y, op.dilation.x * in.x};
    if (std::max(op.dilation.y, op.dilation.x) > most_) return refuse("its dilation would be too large");
    return scale(op.pad, in);
  }

  /// Rows or columns by which the last window of ceil mode hangs over the far padding.
  static int overhang(int size, int windows, int kernel, int stride, int dilation, int pad) {
    const std::int64_t end = std::int64_t{windows - 1} * stride + std::int64_t{kernel - 1} * dilation + 1;
    return static_cast<int>(std::max<std::int64_t>(end - size - pad, 0));
  }
  /// On a map of this size ceil mode is padding at the far edge.
  template <class WindowOp>
  Status pad_overhang(WindowOp& op) {
    if constexpr (requires { op.ceil_mode; }) {
      if (!op.ceil_mode) return {};
      const Shape &in = shapes_[graph_.nodes[id_].inputs[0]], &out = shapes_[id_];
      const int below = overhang(in.height, out.height, op.kernel.y, op.stride.y, op.dilation.y,
                                 op.pad.top + op.pad.bottom);
      const int right =
          overhang(in.width, out.width, op.kernel.x, op.stride.x, op.dilation.x, op.pad.left + op.pad.right);
      if constexpr (requires { op.count_include_pad; })
        if (below + right > 0 && op.count_include_pad)
          return refuse("its last window hangs over the padding that it counts");
      op.ceil_mode = false;
      op.pad.bottom += below;
      op.pad.right += right;
    }
    return {};
  }

  Status scale(Padding& pad, Extent rate) const {
    for (auto [side, by] :
         {std::pair{&pad.top, rate.y}, {&pad.left, rate.x}, {&pad.bottom, rate.y}, {&pad.right, rate.x}}) {
      const std::int64_t scaled = std::int64_t{*side} * by;
      if (std::abs(scaled) > most_) return refuse("its padding would be too large");
      *side = static_cast<int>(scaled);
    }
    return {};
  }

  Graph& graph_;
  const std::vector<Shape>& shapes_;
  const std::vector<MapGeometry>& own_;
  int output_stride_;
  int most_;
  /// For each node, how many times closer its cells lie than the network's own; nothing for values that are
  /// the same in every place.
  std::vector<std::optional<Extent>> rates_;
  NodeId id_ = 0;
};

}  // namespace detail

FCN_INLINE Status dilate(Graph& graph, const std::vector<Shape>& shapes, const std::vector<MapGeometry>& own,
                         int output_stride, const Limits& limits) {
  const MapGeometry& map = own[graph.output];
  const auto divides = [&](double stride) { return std::fmod(stride, output_stride) == 0; };
  if (output_stride < 1 || !divides(map.y.stride) || !divides(map.x.stride))
    return Error{ErrorCode::invalid_argument,
                 "output stride " + std::to_string(output_stride) +
                     " is not possible: it must divide the network's own, " +
                     detail::axes_text(map.x.stride, map.y.stride),
                 ""};
  if (map.y.stride == output_stride && map.x.stride == output_stride) return {};
  return detail::Dilator(graph, shapes, own, output_stride, limits).dilate();
}

}  // namespace fcn::inline FCN_ABI::passes

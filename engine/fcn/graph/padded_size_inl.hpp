// SPDX-License-Identifier: MIT
// Definitions of padded_size.hpp: compiled into fcn::runtime, or inline where headers are used alone.
#pragma once

#include <cmath>
#include <cstdint>
#include <unordered_map>

#include "fcn/graph/padded_size.hpp"
#include "fcn/graph/shape_inference.hpp"
#include "fcn/model_info.hpp"

namespace fcn::inline FCN_ABI {

FCN_INLINE Extent padded_size(Extent picture, Extent window, Extent multiple) {
  return {padded_side(picture.y, window.y, multiple.y), padded_side(picture.x, window.x, multiple.x)};
}

FCN_INLINE int cells_within(int cells, const AxisGeometry& axis, int window, int picture, int padded) {
  if (picture == padded) return cells;
  const std::int64_t room = std::int64_t{picture} - window;
  int within = 1;
  while (within < cells && std::llround(within * axis.stride) <= room) ++within;
  return within;
}

FCN_INLINE Extent padded_size(Extent picture, const ModelInfo& info) {
  const Extent window = info.window, multiple = info.size_multiple;
  if (info.kind == ModelKind::classifier) return padded_size(picture, window, multiple);
  return {padded_pixels_side(picture.y, window.y, multiple.y),
          padded_pixels_side(picture.x, window.x, multiple.x)};
}

FCN_INLINE bool accepts_size(const Graph& graph, const Shape& picture, ModelKind kind) {
  const auto shapes = infer_shapes(graph, picture);
  if (!shapes || kind == ModelKind::classifier) return static_cast<bool>(shapes);
  const Shape& map = (*shapes)[graph.output];
  return map.height >= picture.height && map.width >= picture.width;
}

namespace detail {

/// Which sizes beyond its window a network accepts along one axis, asked for as needed.
class AcceptedSizes {
 public:
  AcceptedSizes(const Graph& graph, const Shape& window, ModelKind kind, bool along_y)
      : graph_(graph), window_(window), kind_(kind), along_y_(along_y) {}

  bool accepts(int more) {
    const auto known = known_.find(more);
    if (known != known_.end()) return known->second;
    Shape picture = window_;
    (along_y_ ? picture.height : picture.width) += more;
    return known_[more] = accepts_size(graph_, picture, kind_);
  }

  /// The smallest step all of whose multiples fit, over a long range.
  std::optional<int> multiple() {
    for (int step = 1; step <= kMostMultiple; ++step) {
      bool all = true;
      for (int more = step; all && more <= kRange; more += step) all = accepts(more);
      for (const int times : {64, 101}) all = all && accepts(times * step);
      if (all) return step;
    }
    return std::nullopt;
  }

 private:
  static constexpr int kMostMultiple = 256;
  static constexpr int kRange = 2 * kMostMultiple;

  const Graph& graph_;
  Shape window_;
  ModelKind kind_;
  bool along_y_;
  std::unordered_map<int, bool> known_;
};

}  // namespace detail

FCN_INLINE std::optional<Extent> find_size_multiple(const Graph& graph, const Shape& window, ModelKind kind) {
  const auto y = detail::AcceptedSizes(graph, window, kind, true).multiple();
  const auto x = detail::AcceptedSizes(graph, window, kind, false).multiple();
  if (!y || !x) return std::nullopt;
  for (int times = 1; times <= 8; ++times)
    if (!accepts_size(graph, {window.channels, window.height + times * *y, window.width + times * *x}, kind))
      return std::nullopt;
  return Extent{*y, *x};
}

}  // namespace fcn::inline FCN_ABI

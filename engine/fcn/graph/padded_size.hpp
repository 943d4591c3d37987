// SPDX-License-Identifier: MIT
// Networks whose branches meet on some sizes only: which those are, the size to which a picture is padded,
// and how much of the padded picture's map the picture has. Who pads is the executor.
#pragma once

#include <cmath>
#include <cstdint>
#include <optional>
#include <unordered_map>

#include "fcn/base/checked.hpp"
#include "fcn/graph/geometry.hpp"
#include "fcn/graph/graph.hpp"
#include "fcn/graph/shape_inference.hpp"

namespace fcn::inline FCN_ABI {

/// The next size from `side` on that is `window` and a multiple of `multiple` more. Below the window nothing
/// is known, and nothing is padded.
constexpr int padded_side(int side, int window, int multiple) {
  if (multiple <= 1 || side <= window) return side;
  return window + static_cast<int>(ceil_div(std::int64_t{side} - window, std::int64_t{multiple}) * multiple);
}

inline Extent padded_size(Extent picture, Extent window, Extent multiple) {
  return {padded_side(picture.y, window.y, multiple.y), padded_side(picture.x, window.x, multiple.x)};
}

/// Of `cells` along an axis those whose nominal window lies within the picture, which was padded to `padded`;
/// at least one.
inline int cells_within(int cells, const AxisGeometry& axis, int window, int picture, int padded) {
  if (picture == padded) return cells;
  const std::int64_t room = std::int64_t{picture} - window;
  int within = 1;
  while (within < cells && std::llround(within * axis.stride) <= room) ++within;
  return within;
}

namespace detail {

/// Which sizes beyond its window a network accepts along one axis, asked for as needed.
class AcceptedSizes {
 public:
  AcceptedSizes(const Graph& graph, const Shape& window, bool along_y)
      : graph_(graph), window_(window), along_y_(along_y) {}

  bool accepts(int more) {
    const auto known = known_.find(more);
    if (known != known_.end()) return known->second;
    Shape picture = window_;
    (along_y_ ? picture.height : picture.width) += more;
    return known_[more] = static_cast<bool>(infer_shapes(graph_, picture));
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
  bool along_y_;
  std::unordered_map<int, bool> known_;
};

}  // namespace detail

/// ModelInfo::size_multiple of a network that accepts `window`. Nothing if there is none: it then runs on the
/// sizes that happen to fit.
inline std::optional<Extent> find_size_multiple(const Graph& graph, const Shape& window) {
  const auto y = detail::AcceptedSizes(graph, window, true).multiple();
  const auto x = detail::AcceptedSizes(graph, window, false).multiple();
  if (!y || !x) return std::nullopt;
  for (int times = 1; times <= 8; ++times)
    if (!infer_shapes(graph, {window.channels, window.height + times * *y, window.width + times * *x}))
      return std::nullopt;
  return Extent{*y, *x};
}

}  // namespace fcn::inline FCN_ABI

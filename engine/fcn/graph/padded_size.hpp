// SPDX-License-Identifier: MIT
// Networks whose branches meet on some sizes only: which those are, the size to which a picture is padded,
// and how much of the padded picture's map belongs to the picture. The executor pads.
#pragma once

#include <optional>

#include "fcn/base/checked.hpp"
#include "fcn/graph/geometry.hpp"
#include "fcn/graph/graph.hpp"
#include "fcn/model_info.hpp"

namespace fcn::inline FCN_ABI {

/// The next size from `side` on that is `window` and a multiple of `multiple` more. Below the window nothing
/// is known, and nothing is padded.
constexpr int padded_side(int side, int window, int multiple) {
  if (multiple <= 1 || side <= window) return side;
  return window + static_cast<int>(ceil_div(std::int64_t{side} - window, std::int64_t{multiple}) * multiple);
}

Extent padded_size(Extent picture, Extent window, Extent multiple);

/// Of a network that labels pixels, the next size from `side` on that differs from `window` by a multiple of
/// `multiple`, whichever is larger: such a network knows no smallest size.
constexpr int padded_pixels_side(int side, int window, int multiple) {
  if (multiple <= 1) return side;
  const int past = (side - window) % multiple;
  return past == 0 ? side : past > 0 ? side + multiple - past : side - past;
}

/// The size on which a model runs for a picture.
Extent padded_size(Extent picture, const ModelInfo& info);

/// Whether the network runs on such a picture and, if it labels pixels, has a label for each.
bool accepts_size(const Graph& graph, const Shape& picture, ModelKind kind);

/// Returns how many of `cells` along an axis have their nominal window within the picture, which was padded
/// to `padded`; at least one.
int cells_within(int cells, const AxisGeometry& axis, int window, int picture, int padded);

/// ModelInfo::size_multiple of a network that accepts `window`. Nothing if there is none: it then runs on the
/// sizes that happen to fit.
std::optional<Extent> find_size_multiple(const Graph& graph, const Shape& window,
                                         ModelKind kind = ModelKind::classifier);

}  // namespace fcn::inline FCN_ABI

#ifndef FCN_COMPILED
#include "fcn/graph/padded_size_inl.hpp"
#endif

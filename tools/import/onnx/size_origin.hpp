// SPDX-License-Identifier: MIT
// Where the sizes that a file computes with come from: "as large as the picture", or as another map, is what
// a resize or a crop means on a picture of any size, while the number itself is only that of the training
// window. Not here: sums of sizes (size_sums.hpp); what is done with them (lower_resize.cpp, lower_pads.cpp,
// lower_shapes.cpp).
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "fcn/graph/moving_ops.hpp"
#include "tools/import/onnx/fold/fold_constants.hpp"
#include "tools/import/onnx/values/network_builder.hpp"
#include "tools/import/onnx/values/node_call.hpp"

namespace fcn::tools {

/// Says of the values of a node, which were computed from known ones, where they come from. Values that are
/// moved keep their origin; of sums and halves of them it is computed, too.
void carry_origins(const NodeCall& call, std::vector<KnownTensor>& made, FoldBudget& budget);

/// Where value `i` of a known tensor comes from.
SizeOrigin origin_of(const KnownTensor& known, std::size_t i);

/// Whether any of the values is computed from sizes, so that it may be another on another picture.
bool depends_on_sizes(const KnownTensor& known);

/// The map from whose rows, or columns, value `i` comes, `more` having been added to their number.
std::optional<NodeId> map_behind(const KnownTensor& known, std::size_t i, bool columns, std::int64_t more);

/// A map as large as which another becomes along an axis, and how many of the places by which they differ
/// come before it, with `more` literal ones.
struct PlacedLike {
  NodeId like = 0;
  PlacesBefore before = PlacesBefore::none;
  std::int64_t more = 0;
  friend bool operator==(const PlacedLike&, const PlacedLike&) = default;
};

/// Of map `in`, which gets so many places before and after it along an axis.
std::optional<PlacedLike> pad_target(const SizeOrigin& before, const SizeOrigin& after, NodeId in,
                                     bool columns);

/// Of map `in`, of which the places from `begin` up to `end` along an axis stay.
std::optional<PlacedLike> cut_target(const SizeOrigin& begin, const SizeOrigin& end, NodeId in, bool columns);

}  // namespace fcn::tools

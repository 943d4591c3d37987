// SPDX-License-Identifier: MIT
// Where the sizes that a file computes with come from: "as large as the picture", or as another map, is what
// a resize or a crop means on a picture of any size, while the number itself is only that of the training
// window. Not here: what is done with it (lower_resize.cpp, lower_shapes.cpp).
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "tools/import/onnx/fold/fold_constants.hpp"
#include "tools/import/onnx/values/network_builder.hpp"
#include "tools/import/onnx/values/node_call.hpp"

namespace fcn::tools {

/// Says of the values of a node, which were computed from known ones, where they come from. Values that are
/// moved keep their origin, and a literal number may be added to one.
void carry_origins(const NodeCall& call, std::vector<KnownTensor>& made, FoldBudget& budget);

/// Where value `i` of a known tensor comes from.
SizeOrigin origin_of(const KnownTensor& known, std::size_t i);

/// Whether any of the values is computed from sizes, so that it may be another on another picture.
bool depends_on_sizes(const KnownTensor& known);

/// The map from whose rows, or columns, value `i` comes, `more` having been added to their number.
std::optional<NodeId> map_behind(const KnownTensor& known, std::size_t i, bool columns, std::int64_t more);

/// The map as large as which `in` becomes along an axis by a pad of before[i] and after[j], if these are the
/// halves of what it has more.
std::optional<NodeId> centered_like(const KnownTensor& before, std::size_t i, const KnownTensor& after,
                                    std::size_t j, NodeId in, bool columns);

}  // namespace fcn::tools

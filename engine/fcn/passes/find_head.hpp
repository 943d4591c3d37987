// SPDX-License-Identifier: MIT
// Where a classifier's head begins: which nodes only see what a pool, or a flatten, made of the whole
// picture, and which of those lead to the output rather than back into the map as a gate.
#pragma once

#include <vector>

#include "fcn/graph/graph.hpp"

namespace fcn::inline FCN_ABI::passes {

/// Which part of a network a node belongs to.
enum class Part {
  body,  ///< works on a map whose size follows the picture's
  head,  ///< pools or flattens that map, or follows such a node, and leads to the output
  gate,  ///< likewise, but leads back into the map: squeeze-and-excite
};

namespace detail {

/// Whether the op makes one place of the whole of its input, a map of this shape.
bool collapses(const Op& op, const Shape& in);

}  // namespace detail

/// The part of each node; `shapes` are those on the training window. Body throughout if the output belongs to
/// the body.
std::vector<Part> find_head(const Graph& graph, const std::vector<Shape>& shapes);

}  // namespace fcn::inline FCN_ABI::passes

#ifndef FCN_COMPILED
#include "fcn/passes/find_head_inl.hpp"
#endif

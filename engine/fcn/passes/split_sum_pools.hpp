// SPDX-License-Identifier: MIT
// A sum over the whole map in a classifier's head is the mean times the number of its cells on the training
// window: it becomes two nodes, so that to_fcn.hpp handles only means. Sums that lead back into the map stay:
// on a larger picture they add more cells, as the network's own code does.
#pragma once

#include <vector>

#include "fcn/graph/graph.hpp"

namespace fcn::inline FCN_ABI::passes {

namespace detail {

/// Every channel times `factor`.
BatchNorm scaling(int channels, float factor);

}  // namespace detail

/// Rewrites the head's sums; `shapes` are those on the training window. Returns whether there were any.
bool split_sum_pools(Graph& graph, const std::vector<Shape>& shapes);

}  // namespace fcn::inline FCN_ABI::passes

#ifndef FCN_COMPILED
#include "fcn/passes/split_sum_pools_inl.hpp"
#endif

// SPDX-License-Identifier: MIT
// What every pass needs to remove a node: redirect its readers to another, then drop nodes without readers.
#pragma once

#include "fcn/graph/graph.hpp"
#include "fcn/result.hpp"

namespace fcn::inline FCN_ABI::passes {

/// Makes all readers of `from`, the graph's output included, read `to` instead.
void replace_uses(Graph& graph, NodeId from, NodeId to);

/// Drops the nodes that the output does not depend on, keeping the others' order. The input stays.
Status remove_dead_nodes(Graph& graph);

}  // namespace fcn::inline FCN_ABI::passes

#ifndef FCN_COMPILED
#include "fcn/passes/rewire_inl.hpp"
#endif

// SPDX-License-Identifier: MIT
// What every pass needs to take a node out: let its readers read another, then drop what nobody reads.
#pragma once

#include "fcn/graph/graph.hpp"
#include "fcn/result.hpp"

namespace fcn::inline FCN_ABI::passes {

/// Whoever reads `from`, the graph's output included, reads `to` instead.
void replace_uses(Graph& graph, NodeId from, NodeId to);

/// Drops the nodes that the output does not depend on, keeping the others' order. The input stays.
Status remove_dead_nodes(Graph& graph);

}  // namespace fcn::inline FCN_ABI::passes

#ifndef FCN_COMPILED
#include "fcn/passes/rewire_inl.hpp"
#endif

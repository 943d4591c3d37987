// SPDX-License-Identifier: MIT
// The inverse of fuse_relu.hpp and fuse_residual_add.hpp: additions and relus become nodes of their own
// again, so that their inputs can be tapped. The bits of every value stay the same.
#pragma once

#include "fcn/graph/graph.hpp"

namespace fcn::inline FCN_ABI::passes {

/// Weights stay with their nodes, which keep their names.
Graph unfuse(Graph graph);

}  // namespace fcn::inline FCN_ABI::passes

#ifndef FCN_COMPILED
#include "fcn/passes/unfuse_inl.hpp"
#endif

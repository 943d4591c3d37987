// SPDX-License-Identifier: MIT
// The way back from fuse_relu.hpp and fuse_residual_add.hpp: additions and relus become nodes of their own
// again, so that what goes into them can be looked at. The bits of every value stay what they were.
#pragma once

#include "fcn/graph/graph.hpp"

namespace fcn::inline FCN_ABI::passes {

/// Weights stay with their nodes, which keep their names.
Graph unfuse(Graph graph);

}  // namespace fcn::inline FCN_ABI::passes

#ifndef FCN_COMPILED
#include "fcn/passes/unfuse_inl.hpp"
#endif

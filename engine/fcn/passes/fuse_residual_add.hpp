// SPDX-License-Identifier: MIT
// The addition that closes a residual block becomes a second input of the convolution before it, so that the
// sum is made in registers. Run after fuse_relu, so that the addition's relu comes along.
#pragma once

#include "fcn/graph/graph.hpp"
#include "fcn/result.hpp"

namespace fcn::inline FCN_ABI::passes {

/// Fuses an addition into the convolution that makes one of its inputs, if that convolution has no other
/// readers and the other input comes earlier (a later one would break the order of nodes). Others stay
/// additions.
Status fuse_residual_add(Graph& graph);

}  // namespace fcn::inline FCN_ABI::passes

#ifndef FCN_COMPILED
#include "fcn/passes/fuse_residual_add_inl.hpp"
#endif

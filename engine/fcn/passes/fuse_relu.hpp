// SPDX-License-Identifier: MIT
// A relu becomes a flag of the convolution, batch norm or addition before it, which applies it to values that
// are still in registers. A clip from 0 (ReLU6) becomes the relu of a convolution, with a ceiling.
#pragma once

#include "fcn/graph/graph.hpp"
#include "fcn/result.hpp"

namespace fcn::inline FCN_ABI::passes {

/// The relu flag of an op that has one.
bool* relu_flag(Op& op);

namespace detail {

/// The ceiling of a relu, or 0 for an op that is none.
float relu_ceiling(const Op& op);

}  // namespace detail

/// Fuses every relu whose producer has no other readers; a relu after an op with its own relu is dropped too.
Status fuse_relu(Graph& graph);

}  // namespace fcn::inline FCN_ABI::passes

#ifndef FCN_COMPILED
#include "fcn/passes/fuse_relu_inl.hpp"
#endif

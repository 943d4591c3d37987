// SPDX-License-Identifier: MIT
// A batch norm right after a convolution or a fully connected layer is an affine map of each output channel:
// it becomes part of that layer's weights and bias. Computed in float64 and rounded once.
#pragma once

#include "fcn/graph/graph.hpp"
#include "fcn/result.hpp"

namespace fcn::inline FCN_ABI::passes {

/// Folds every batch norm whose producer is a bare Conv or Linear without other readers. Others stay.
Status fold_batch_norm(Graph& graph);

}  // namespace fcn::inline FCN_ABI::passes

#ifndef FCN_COMPILED
#include "fcn/passes/fold_batch_norm_inl.hpp"
#endif

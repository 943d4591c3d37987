// SPDX-License-Identifier: MIT
// The effect of ONNX's shape operations on dimensions, whether the tensor's values are known or not: reshape,
// squeeze, unsqueeze, flatten, slice and split. Not here: moving values (fold_constants.hpp) or
// views (lower_shapes.cpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tools/import/onnx/values/node_call.hpp"

namespace fcn::tools {

/// The dimensions that a node of type Reshape, Squeeze, Unsqueeze or Flatten gives its input.
Dims reshaped_dims(const NodeCall& call);

/// The order of axes of a Transpose.
std::vector<std::size_t> transpose_order(const NodeCall& call);

/// What Slice keeps of one axis: `count` indices from `begin` in steps of `step`.
struct AxisSlice {
  std::size_t axis = 0;
  std::int64_t begin = 0;
  std::int64_t step = 1;
  std::int64_t count = 0;
};
std::vector<AxisSlice> slices_of(const NodeCall& call);

/// The parts of a Split, in order.
struct SplitParts {
  std::size_t axis = 0;
  std::vector<std::int64_t> sizes;
};
SplitParts split_of(const NodeCall& call);

/// Indices of a Gather, none negative, along its axis.
struct GatherIndices {
  std::size_t axis = 0;
  Dims dims;  ///< of the indices themselves; they replace the axis
  std::vector<std::int64_t> indices;
};
GatherIndices gather_of(const NodeCall& call);

}  // namespace fcn::tools

// SPDX-License-Identifier: MIT
// Elements of known tensors taken in another order, repeated, gathered or joined. None of the results has
// more elements than `limit`. Not here: which node asks for it (fold_constants.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "tools/import/onnx/file/known_tensor.hpp"
#include "tools/import/onnx/values/shape_rules.hpp"

namespace fcn::tools {

/// How far apart elements lie along each axis.
using Steps = std::vector<std::int64_t>;

Steps row_major_steps(const Dims& dims);

/// A tensor of `dims` whose elements are those of `from` along a walk of these steps, which starts at
/// `begin`.
KnownTensor pick(const KnownTensor& from, const Dims& dims, const Steps& steps, std::int64_t begin,
                 std::uint64_t limit);

/// The dimensions of two tensors broadcast to each other.
Dims broadcast(const Dims& a, const Dims& b);

/// `from` repeated to `dims`, which broadcast() gave.
KnownTensor expanded(const KnownTensor& from, const Dims& dims, std::uint64_t limit);

/// The elements with these indices along the axis.
KnownTensor gathered(const KnownTensor& from, const GatherIndices& gather, std::uint64_t limit);

/// One after the other along an axis; at least one part.
KnownTensor joined(std::span<const KnownTensor* const> parts, std::int64_t axis, std::uint64_t limit);

}  // namespace fcn::tools

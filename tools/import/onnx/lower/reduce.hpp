// SPDX-License-Identifier: MIT
// Sums, means, maxima and minima along axes of a tensor: over all places of the map, over channels or a part
// of them, or both; and what is composed of them. Not here: which operator asks for it (lower_*.cpp).
#pragma once

#include <vector>

#include "tools/import/onnx/lower/lowering.hpp"

namespace fcn::tools {

/// For each axis whether it is reduced.
using Axes = std::vector<bool>;

/// The axes named by a node, as an attribute or input 1; all of them if it names none.
Axes axes_of(const NodeCall& call, std::size_t rank);

/// Reduced axes stay with size 1 if `keep`, or are left out. A Refusal for rows without columns, and for
/// columns without rows: on a larger picture there are more of them. If one of the two is pending, the other
/// completes it.
Feature reduce(const Feature& in, ReductionKind kind, const Axes& axes, bool keep, NetworkBuilder& net);

/// Whether the axes are the map's rows or its columns, and nothing else: x.mean(3) before .mean(2).
bool takes_rows_or_columns(const Feature& in, const Axes& axes);

/// (x - mean) / sqrt(variance + epsilon) along the axes; without `center`, x / sqrt(mean of x^2 + epsilon).
Feature normalised(const Feature& in, const Axes& axes, double epsilon, bool center, NetworkBuilder& net);

}  // namespace fcn::tools

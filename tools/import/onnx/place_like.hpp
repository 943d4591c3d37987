// SPDX-License-Identifier: MIT
// Rows or columns of a map that become as many as another map has, by padding or cutting. Not here: which map
// that is, and where the places lie (size_origin.hpp).
#pragma once

#include "tools/import/onnx/size_origin.hpp"

namespace fcn::tools {

/// Zeros are added, or places cut off, along the rows or columns of a whole map. What was done along the
/// other axis for the same map becomes one node with it.
Feature pad_like(const Feature& in, bool columns, const PlacedLike& to, NetworkBuilder& net);

/// Places are cut off. Nothing if no op does it.
std::optional<Feature> cut_like(const Feature& in, bool columns, const PlacedLike& to, NetworkBuilder& net);

}  // namespace fcn::tools

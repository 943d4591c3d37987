// SPDX-License-Identifier: MIT
// Computes nodes whose inputs are all known: the shape arithmetic that exporters leave around a head
// (Shape, Gather, Unsqueeze, Concat, Reshape ...), evaluated on the training window, and weights that pass
// through a Transpose or a Cast. Integers are exact; an overflow is a Refusal. Not here: anything that
// depends on the picture (lowering.hpp).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "tools/import/onnx/known_tensor.hpp"
#include "tools/import/onnx/node_call.hpp"

namespace fcn::tools {

/// The outputs of a node whose given inputs are known, or of a Shape of anything. Nothing if the node's type
/// is not one that is computed here. None of them has more elements than `limit`.
std::optional<std::vector<KnownTensor>> fold(const NodeCall& call, std::uint64_t limit);

}  // namespace fcn::tools

// SPDX-License-Identifier: MIT
// Recognises a checkpoint's network by its tensors: the family whose names they have below any prefix, with
// nothing missing and nothing left over. Not here: the families themselves (families/).
#pragma once

#include "fcn/result.hpp"
#include "tools/import/checkpoints/checkpoint.hpp"
#include "tools/import/imported_network.hpp"

namespace fcn::tools {

/// The network as it was trained. The Error names the tensor that is missing, unknown or of the wrong shape.
Result<ImportedNetwork> recognise_network(const Checkpoint& checkpoint);

}  // namespace fcn::tools

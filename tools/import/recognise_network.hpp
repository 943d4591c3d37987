// SPDX-License-Identifier: MIT
// Which network a checkpoint's tensors make up: the family whose names they have below some prefix, whatever
// that prefix is, with nothing missing and nothing over. Not here: the families themselves (families/).
#pragma once

#include "fcn/result.hpp"
#include "tools/import/checkpoints/checkpoint.hpp"
#include "tools/import/imported_network.hpp"

namespace fcn::tools {

/// The network as it was trained. The Error names the tensor that is missing, misshaped or not known.
Result<ImportedNetwork> recognise_network(const Checkpoint& checkpoint);

}  // namespace fcn::tools

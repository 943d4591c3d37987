// SPDX-License-Identifier: MIT
// Recognises torchvision's ResNets by the names and shapes of their tensors and builds the graph as it was
// trained: ResNet-18 to 152, ResNeXt and Wide ResNet, of any width, input channels and class count.
#pragma once

#include "engine/result.hpp"
#include "tools/import/checkpoint.hpp"
#include "tools/import/imported_network.hpp"

namespace fcn::tools {

/// The Error names the tensor that is missing, misshaped or not known.
Result<ImportedNetwork> import_resnet(const Checkpoint& checkpoint);

}  // namespace fcn::tools

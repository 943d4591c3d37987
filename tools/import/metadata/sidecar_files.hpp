// SPDX-License-Identifier: MIT
// Files that hubs and exporters put beside a checkpoint: config.json and preprocessor_config.json (Hugging
// Face, timm) and labels.txt (Custom Vision). They only fill in what the checkpoint itself does not state.
#pragma once

#include <string>

#include "tools/import/imported_network.hpp"

namespace fcn::tools {

/// Reads those that exist in the checkpoint's folder. Sources record what was taken from where, notes what
/// was not understood.
void read_sidecar_files(const std::string& checkpoint, ImportedNetwork& network);

}  // namespace fcn::tools

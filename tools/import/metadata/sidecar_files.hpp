// SPDX-License-Identifier: MIT
// Files that hubs and exporters put beside a checkpoint: config.json and preprocessor_config.json (Hugging
// Face, timm) and labels.txt (Custom Vision). They only fill in what the checkpoint itself does not say.
#pragma once

#include <string>

#include "tools/import/imported_network.hpp"

namespace fcn::tools {

/// Reads those of the checkpoint's folder that are there. What was taken from where stands in the sources,
/// what was not understood in the notes.
void read_sidecar_files(const std::string& checkpoint, ImportedNetwork& network);

}  // namespace fcn::tools

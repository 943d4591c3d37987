// SPDX-License-Identifier: MIT
// Labels, mean and standard deviation from an ONNX file's metadata, where exporters leave them under no one
// standard: whatever can be read beyond doubt is taken, the rest passed over.
#pragma once

#include "tools/import/imported_network.hpp"
#include "tools/import/onnx/onnx_model.hpp"

namespace fcn::tools {

/// `labels` or `classes`, one a line or as a JSON list; `mean` and `std`, as a JSON list or separated by
/// commas or spaces.
void read_metadata(const OnnxModel& model, ImportedNetwork& network);

}  // namespace fcn::tools

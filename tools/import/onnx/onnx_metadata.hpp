// SPDX-License-Identifier: MIT
// Labels, mean, std, window and order of channels from an ONNX file's metadata, where every exporter has
// its own keys: Ultralytics, Custom Vision and Windows ML, and the plain ones. Anything not understood
// leaves a note.
#pragma once

#include <optional>

#include "tools/import/imported_network.hpp"
#include "tools/import/onnx/file/onnx_model.hpp"

namespace fcn::tools {

void read_metadata(const OnnxModel& model, ImportedNetwork& network);

/// The size of picture that the metadata names, for inputs of free size.
std::optional<Extent> metadata_window(const OnnxModel& model);

}  // namespace fcn::tools

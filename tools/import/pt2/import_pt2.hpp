// SPDX-License-Identifier: MIT
// A .pt2 file as a Graph: read (pt2_archive.hpp, pt2_program.hpp), put into the neutral form
// (translate_pt2.hpp), and lowered as an ONNX file is (import_onnx.hpp).
#pragma once

#include <optional>

#include "fcn/base/byte_source.hpp"
#include "fcn/limits.hpp"
#include "fcn/result.hpp"
#include "tools/import/imported_network.hpp"
#include "tools/import/onnx/file/onnx_model.hpp"

namespace fcn::tools {

/// The program in the neutral form; errors begin with the path. `version` becomes PyTorch's that wrote it.
Result<OnnxModel> read_pt2(const ByteSource& source, std::string& version, const Limits& limits = {});

/// A classifier, on `window` or the size of the example that it was exported with.
Result<ImportedNetwork> import_pt2(const ByteSource& source, std::optional<Extent> window,
                                   const Limits& limits = {});

}  // namespace fcn::tools

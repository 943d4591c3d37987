// SPDX-License-Identifier: MIT
// An ONNX file as a Graph: which input is the picture, which output the scores, and what the file states
// about both. Sizes are those of the training window. Not here: protobuf (onnx_model.hpp), what the nodes
// become (lower_nodes.hpp), the conversion to an FCN (fcn/passes/to_fcn.hpp).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "fcn/limits.hpp"
#include "fcn/result.hpp"
#include "tools/import/imported_network.hpp"
#include "tools/import/onnx/file/onnx_model.hpp"
#include "tools/import/onnx/values/network_builder.hpp"

namespace fcn::tools {

struct OnnxImport {
  std::optional<Extent> window;  ///< instead of the size that the file gives its input
  std::string output_name = {};  ///< of the scores; empty for the classifier's, if that is unambiguous
  Limits limits = {};
};

/// A classifier: one picture in, one row of scores out. Errors begin with `path`.
Result<ImportedNetwork> import_onnx(OnnxModel model, const std::string& path, const OnnxImport& asked = {});

}  // namespace fcn::tools

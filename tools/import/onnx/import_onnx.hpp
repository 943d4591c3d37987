// SPDX-License-Identifier: MIT
// An ONNX file as a Graph. Its nodes are taken in order: what depends on no picture is computed on the way
// (fold_constants.hpp), the rest becomes nodes of the engine (lowering.hpp). Sizes are those of the training
// window. Not here: protobuf (onnx_model.hpp), the conversion to an FCN (fcn/passes/to_fcn.hpp).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "fcn/limits.hpp"
#include "fcn/result.hpp"
#include "tools/import/imported_network.hpp"
#include "tools/import/onnx/network_builder.hpp"
#include "tools/import/onnx/onnx_model.hpp"

namespace fcn::tools {

using Values = std::map<std::string, Value, std::less<>>;

/// The values of these names, with all that they depend on appended to `net`. `values` holds the graph's
/// inputs. An Error names the node, its type and what is supported instead.
Result<std::vector<Value>> lower_nodes(const OnnxModel& model, Values values,
                                       const std::vector<std::string>& wanted, NetworkBuilder& net);

struct OnnxImport {
  std::optional<Extent> window;  ///< instead of the size that the file gives its input
  std::string output_name = {};  ///< of the scores; empty for the classifier's, where that is plain
  Limits limits = {};
};

/// A classifier: one picture in, one row of scores out. Errors begin with `path`.
Result<ImportedNetwork> import_onnx(OnnxModel model, const std::string& path, const OnnxImport& asked = {});

}  // namespace fcn::tools

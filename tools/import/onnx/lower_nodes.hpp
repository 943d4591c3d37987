// SPDX-License-Identifier: MIT
// Walks the nodes of an ONNX graph in order: those that do not depend on the picture are computed
// (fold_constants.hpp), the others become nodes of the engine (lowering.hpp). Of an If the chosen branch is
// taken. Not here: which values are the input and the scores (import_onnx.hpp).
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "fcn/result.hpp"
#include "tools/import/onnx/file/onnx_model.hpp"
#include "tools/import/onnx/values/network_builder.hpp"

namespace fcn::tools {

using Values = std::map<std::string, Value, std::less<>>;

/// The values that a node reads, including those that its branches take from the surrounding graph.
std::vector<std::string> values_read(const OnnxNode& node);

/// These values and all that they depend on.
std::set<std::string, std::less<>> needed_values(const OnnxModel& model,
                                                 const std::vector<std::string>& wanted);

/// The values of these names, with all that they depend on appended to `net`. `values` holds the graph's
/// inputs. An Error names the node, its type and what is supported instead.
Result<std::vector<Value>> lower_nodes(const OnnxModel& model, Values values,
                                       const std::vector<std::string>& wanted, NetworkBuilder& net);

}  // namespace fcn::tools

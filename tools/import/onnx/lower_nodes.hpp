// SPDX-License-Identifier: MIT
// The nodes of an ONNX graph in their order: what depends on no picture is computed on the way
// (fold_constants.hpp), the rest becomes nodes of the engine (lowering.hpp). Of an If the chosen branch is
// taken. Not here: what is the graph's input or its scores (import_onnx.hpp).
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

/// The values that a node reads, those that its branches take from around it with them.
std::vector<std::string> values_read(const OnnxNode& node);

/// The values that these depend on, with themselves.
std::set<std::string, std::less<>> needed_values(const OnnxModel& model,
                                                 const std::vector<std::string>& wanted);

/// The values of these names, with all that they depend on appended to `net`. `values` holds the graph's
/// inputs. An Error names the node, its type and what is supported instead.
Result<std::vector<Value>> lower_nodes(const OnnxModel& model, Values values,
                                       const std::vector<std::string>& wanted, NetworkBuilder& net);

}  // namespace fcn::tools

// SPDX-License-Identifier: MIT
// Replaces calls of a file's own functions, which exporters write to keep a network's modules together, by
// the functions' nodes. Not here: operators of other domains (rewrite_nodes.hpp).
#pragma once

#include "fcn/limits.hpp"
#include "fcn/result.hpp"
#include "tools/import/onnx/file/onnx_model.hpp"

namespace fcn::tools {

/// Leaves no call of a function in the graph. Functions may call each other but not themselves, and all of
/// them together may make no more nodes than a graph may have.
Status expand_functions(OnnxModel& model, const Limits& limits);

}  // namespace fcn::tools

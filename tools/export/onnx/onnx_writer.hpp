// SPDX-License-Identifier: MIT
// A converted network as an ONNX file whose input may have any height and width, so that other engines can
// run it: operator set 14, float32, input "input" (images x channels x rows x columns, normalised), output
// "scores". Labels, mean, std and window go into its metadata.
#pragma once

#include <cstdint>
#include <string>

#include "fcn/graph/graph.hpp"
#include "fcn/model_info.hpp"
#include "fcn/result.hpp"
#include "tools/shell/atomic_file.hpp"

namespace fcn::tools {

/// Writes a graph with its weights into a file that the caller commits. Gives the file's size. An Error if
/// the graph still holds what only makes sense on one size (flatten, linear), or the file would pass ONNX's 2
/// GB.
Result<std::uint64_t> write_onnx(AtomicFile& file, const Graph& graph, const ModelInfo& info);

}  // namespace fcn::tools

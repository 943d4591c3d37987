// SPDX-License-Identifier: MIT
// Writes a model file (docs/model-format.md): complete in its place, or not at all. Not here: reading
// (fcn/file/model_file.hpp).
#pragma once

#include <cstdint>
#include <string>

#include "fcn/graph/graph.hpp"
#include "fcn/limits.hpp"
#include "fcn/model_info.hpp"
#include "fcn/result.hpp"
#include "tools/shell/atomic_file.hpp"

namespace fcn::tools {

/// How convolution weights are stored; everything else is float32.
enum class WeightStorage { f32, f16 };

/// Rounds the weights that f16 storage will round, so that a self-test made afterwards belongs to the model
/// as it will be read. An Error names a tensor with a value that float16 cannot hold.
Status round_weights_to_half(Graph& graph);

/// Writes a graph with its weights into a file that the caller commits. It is checked as a reader would check
/// it first. Gives the file's size.
Result<std::uint64_t> write_model(AtomicFile& file, const Graph& graph, const ModelInfo& info,
                                  WeightStorage storage, const Limits& limits = {});

/// The same as a whole file.
Result<std::uint64_t> write_model(const std::string& path, const Graph& graph, const ModelInfo& info,
                                  WeightStorage storage, const Limits& limits = {});

}  // namespace fcn::tools

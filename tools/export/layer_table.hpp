// SPDX-License-Identifier: MIT
// Tables of layers and tensors for people: 80 columns, every name escaped. Not here: where they are printed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "fcn/graph/graph.hpp"
#include "fcn/result.hpp"
#include "tools/import/checkpoints/checkpoint.hpp"

namespace fcn::tools {

/// 11689512 -> "11,689,512"
std::string with_commas(std::uint64_t value);

/// One line a node: name, op, output shape (channels x height x width) for an input of this size, learned
/// parameters; then the totals that torchsummary prints. `parameters` has one number a node.
Result<std::string> layer_table(const Graph& graph, Extent size,
                                const std::vector<std::uint64_t>& parameters);

/// Learned parameters by node of a graph whose weights are in memory.
std::vector<std::uint64_t> parameters_by_node(const Graph& graph);

/// One line a tensor: name, dtype, shape, elements; then their total.
std::string tensor_table(const std::vector<CheckpointTensor>& tensors);

}  // namespace fcn::tools

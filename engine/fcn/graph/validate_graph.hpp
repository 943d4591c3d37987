// SPDX-License-Identifier: MIT
// The second, semantic pass over a graph from a file: every index, count and size that later code relies on
// without checking. After it, infer_shapes() and the planner may assert. Not here: whether the feature maps
// of an actual image fit each other, which depends on its size (shape_inference.hpp).
#pragma once

#include "fcn/graph/graph.hpp"
#include "fcn/limits.hpp"
#include "fcn/result.hpp"

namespace fcn::inline FCN_ABI {

/// Channels or features of one node. Twenty times the largest in use (VGG's 25,088), small enough that
/// channels x kernel never nears 2^63.
inline constexpr int kMaxChannels = 1 << 20;

/// What is wrong with the numbers of one op; empty if nothing is.
std::string op_complaint(const Op& op, const Limits& limits);

/// Checks a graph, with its weights or without (empty vectors). The Error names the node.
Status validate_graph(const Graph& graph, const Limits& limits = {});

}  // namespace fcn::inline FCN_ABI

#ifndef FCN_COMPILED
#include "fcn/graph/validate_graph_inl.hpp"
#endif

// SPDX-License-Identifier: MIT
// Sizes of every feature map of a graph for an input of any height and width.
#pragma once

#include <vector>

#include "fcn/graph/graph.hpp"
#include "fcn/result.hpp"

namespace fcn::inline FCN_ABI {

/// Output size along both axes of a sliding window over `in`; an Error naming `node` if the window does not
/// fit.
Result<Shape> window_shape(const Node& node, const Shape& in, int channels, Extent kernel, Extent stride,
                           Extent dilation, const Padding& pad, bool ceil_mode);

/// How many inputs an op reads; for Concat, the least number.
std::size_t input_count(const Op& op);
/// Whether an op reads nothing of its input number `slot` but the size.
bool reads_size_only(const Op& op, std::size_t slot);
bool takes_inputs(const Op& op, std::size_t count);

/// The shape of a node's output; `shapes` holds those of the nodes before it, `input` is the picture's. An
/// Error names the node that does not take the shapes of its inputs.
Result<Shape> infer_shape(const Node& node, const std::vector<Shape>& shapes, const Shape& input);

/// The shape of every node's output, indexed by NodeId, for an input of this shape. The graph must be valid
/// (validate_graph, graph_json.hpp, for one from a file): inputs precede their consumers and are as many as
/// the op reads.
Result<std::vector<Shape>> infer_shapes(const Graph& graph, const Shape& input);

}  // namespace fcn::inline FCN_ABI

#ifndef FCN_COMPILED
#include "fcn/graph/shape_inference_inl.hpp"
#endif

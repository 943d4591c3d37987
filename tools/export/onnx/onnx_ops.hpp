// SPDX-License-Identifier: MIT
// Every op of a converted network as ONNX nodes. Included only by units that may include protobuf.
#pragma once

#include <onnx/onnx_pb.h>

#include <string>
#include <vector>

#include "fcn/graph/graph.hpp"

namespace fcn::tools {

/// Appends nodes and initialisers that compute `output` from `input`. The graph holds no Flatten or Linear;
/// `shapes` are its nodes' on some picture, of which only channels count.
void add_onnx_nodes(onnx::GraphProto& graph, const Graph& from, const std::vector<Shape>& shapes,
                    const std::string& input, const std::string& output);

}  // namespace fcn::tools

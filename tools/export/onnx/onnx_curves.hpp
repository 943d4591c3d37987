// SPDX-License-Identifier: MIT
// Activations and norms of a converted network as ONNX nodes of operator set 14: newer operators (Mish, Gelu,
// LayerNormalization) are written as compositions. Included only by units that may include protobuf.
#pragma once

#include <string>

#include "fcn/graph/ops.hpp"
#include "tools/export/onnx/onnx_node_writer.hpp"

namespace fcn::tools {

/// Appends the nodes of writer.name(), the activation of `input`, and gives that name.
std::string write_activation(OnnxNodeWriter& writer, const Activation& op, const std::string& input);
std::string write_channel_norm(OnnxNodeWriter& writer, const ChannelNorm& op, const std::string& input);

}  // namespace fcn::tools

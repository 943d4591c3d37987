// SPDX-License-Identifier: MIT
// Activations and norms of a converted network in ONNX's terms, of what operator set 14 has: newer operators
// (Mish, Gelu, LayerNormalization) are written as what they stand for. Included only where protobuf may be
// known.
#pragma once

#include <string>

#include "fcn/graph/ops.hpp"
#include "tools/export/onnx/onnx_node_writer.hpp"

namespace fcn::tools {

/// Appends the nodes of writer.name(), the activation of `input`, and gives that name.
std::string write_activation(OnnxNodeWriter& writer, const Activation& op, const std::string& input);
std::string write_channel_norm(OnnxNodeWriter& writer, const ChannelNorm& op, const std::string& input);

}  // namespace fcn::tools

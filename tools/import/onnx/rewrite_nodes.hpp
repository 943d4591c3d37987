// SPDX-License-Identifier: MIT
// Rewrites nodes that stand for several of ONNX's own: those of ONNX Runtime's optimiser (com.microsoft), and
// operators on quantised integers, which become the same operator between a DequantizeLinear and a
// QuantizeLinear. Not here: what those two mean (lower_quantised.cpp, fold_quantised.cpp).
#pragma once

#include "tools/import/onnx/file/onnx_model.hpp"

namespace fcn::tools {

/// The nodes that `node` stands for; the node itself if it is one of ONNX's own. A Refusal if its domain or
/// its attributes are not known.
std::vector<OnnxNode> rewritten(const OnnxNode& node);

}  // namespace fcn::tools

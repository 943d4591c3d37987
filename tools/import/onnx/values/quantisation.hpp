// SPDX-License-Identifier: MIT
// Which integers a QuantizeLinear node gives. Not here: known tensors (fold_quantised.cpp), feature maps
// (lower_quantised.cpp).
#pragma once

#include "tools/import/onnx/values/node_call.hpp"

namespace fcn::tools {

struct QuantisedRange {
  int element = 2;  ///< TensorProto's number of the type
  double low = 0;
  double high = 255;
};

/// By the zero point's type or attribute output_dtype; uint8 if there is neither.
QuantisedRange quantised_range(const NodeCall& call);

}  // namespace fcn::tools

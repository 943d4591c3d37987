// SPDX-License-Identifier: MIT
// A TensorProto as a KnownTensor, whichever of its fields, or which file, holds the values. Included only
// by units that may include protobuf.
#pragma once

#include <onnx/onnx_pb.h>

#include "tools/import/onnx/file/known_tensor.hpp"
#include "tools/import/onnx/file/onnx_model.hpp"

namespace fcn::tools {

/// The values of `tensor`, which gives up its bytes. A Refusal says what is wrong with it.
KnownTensor read_tensor(onnx::TensorProto& tensor, const OnnxReadOptions& options);

}  // namespace fcn::tools

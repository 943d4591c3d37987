// SPDX-License-Identifier: MIT
// The values of a stored tensor, of floats or of integers. Its place was checked when it was found.
#pragma once

#include "fcn/base/byte_source.hpp"
#include "fcn/result.hpp"
#include "tools/import/checkpoints/checkpoint.hpp"
#include "tools/import/onnx/file/known_tensor.hpp"

namespace fcn::tools {

/// Row-major values of the tensor: floats rounded to float32, integers and booleans as they are.
Result<KnownTensor> stored_values(const ByteSource& source, const CheckpointTensor& tensor);

}  // namespace fcn::tools

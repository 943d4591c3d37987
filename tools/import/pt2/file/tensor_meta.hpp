// SPDX-License-Identifier: MIT
// The description of a tensor in the JSON of a .pt2: type, sizes, strides (TensorMeta in PyTorch's
// torch/_export/serde/schema.py). Every number is checked for its range here.
#pragma once

#include <optional>

#include "fcn/base/dtype.hpp"
#include "fcn/limits.hpp"
#include "fcn/result.hpp"
#include "tools/import/onnx/file/known_tensor.hpp"

namespace fcn::inline FCN_ABI {
class JsonView;
}

namespace fcn::tools {

struct TensorMeta {
  std::optional<DType> dtype;  ///< nothing for types without a counterpart here (complex, 8-bit floats)
  Dims sizes;                  ///< kFreeDim where a size is an expression
  Dims hints;                  ///< the same, with the sizes of the example input where they are known
  Dims strides;                ///< likewise
  std::int64_t offset = 0;     ///< in elements
  bool strided = true;         ///< no sparse layout
};

/// A ScalarType's number as a type of stored elements.
std::optional<DType> dtype_from_scalar_type(std::int64_t number);

Result<TensorMeta> read_tensor_meta(const JsonView& json, const Limits& limits);

}  // namespace fcn::tools

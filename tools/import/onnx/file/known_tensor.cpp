// SPDX-License-Identifier: MIT
#include "tools/import/onnx/file/known_tensor.hpp"

#include <optional>

#include "fcn/base/checked.hpp"

namespace fcn::tools {

std::size_t element_count(const Dims& dims, std::uint64_t limit) {
  std::optional<std::uint64_t> count = 1;
  for (const std::int64_t dim : dims) {
    if (dim < 0) throw Refusal{"has the shape " + dims_text(dims) + ", no dimension may be negative"};
    if (count) count = checked_mul(*count, static_cast<std::uint64_t>(dim));
  }
  if (!count || *count > limit)
    throw Refusal{"has the shape " + dims_text(dims) + ", the limit is " + std::to_string(limit) +
                  " elements"};
  return static_cast<std::size_t>(*count);
}

std::string dims_text(const Dims& dims) {
  if (dims.empty()) return "scalar";
  std::string text;
  for (const std::int64_t dim : dims) text += (text.empty() ? "" : "x") + std::to_string(dim);
  return text;
}

}  // namespace fcn::tools

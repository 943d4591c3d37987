// SPDX-License-Identifier: MIT
#include "tools/import/pt2/file/stored_values.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "fcn/base/dtype.hpp"

namespace fcn::tools {
namespace {

/// For each element in row-major order, which of the stored ones it is.
template <class Visit>
void walk(const CheckpointTensor& tensor, Visit visit) {
  std::vector<std::uint64_t> index(tensor.shape.size(), 0);
  std::uint64_t at = 0;
  for (std::uint64_t i = 0; i < tensor.elements; ++i) {
    visit(static_cast<std::size_t>(at));
    for (std::size_t axis = index.size(); axis-- > 0;) {
      at += tensor.strides[axis];
      if (++index[axis] < tensor.shape[axis]) break;
      at -= tensor.strides[axis] * tensor.shape[axis];
      index[axis] = 0;
    }
  }
}

template <class T>
std::vector<std::int64_t> integers_as(const CheckpointTensor& tensor, const std::byte* run) {
  std::vector<std::int64_t> values;
  values.reserve(static_cast<std::size_t>(tensor.elements));
  walk(tensor, [&](std::size_t at) {
    values.push_back(static_cast<std::int64_t>(load_little_endian<T>(run + at * sizeof(T))));
  });
  return values;
}

std::vector<std::int64_t> integers_of(const CheckpointTensor& tensor, const std::byte* run) {
  switch (tensor.dtype) {
    case DType::i8:
      return integers_as<std::int8_t>(tensor, run);
    case DType::u16:
      return integers_as<std::uint16_t>(tensor, run);
    case DType::i16:
      return integers_as<std::int16_t>(tensor, run);
    case DType::i32:
      return integers_as<std::int32_t>(tensor, run);
    case DType::i64:
      return integers_as<std::int64_t>(tensor, run);
    default:  // booleans and bytes; no other integers can be found
      return integers_as<std::uint8_t>(tensor, run);
  }
}

}  // namespace

Result<KnownTensor> stored_values(const ByteSource& source, const CheckpointTensor& tensor) {
  const bool supported = is_float(tensor.dtype) || tensor.dtype == DType::boolean ||
                         tensor.dtype == DType::u8 || tensor.dtype == DType::i8 ||
                         tensor.dtype == DType::u16 || tensor.dtype == DType::i16 ||
                         tensor.dtype == DType::i32 || tensor.dtype == DType::i64;
  if (!supported)
    return Error{ErrorCode::unsupported,
                 "has dtype " + std::string(dtype_name(tensor.dtype)) + ", which is not supported", ""};
  const auto bytes = source.read(tensor.begin, tensor.span * dtype_bytes(tensor.dtype));
  if (!bytes) return bytes.error();
  KnownTensor known;
  for (const std::uint64_t size : tensor.shape) known.dims.push_back(static_cast<std::int64_t>(size));
  if (!is_float(tensor.dtype)) {
    known.values = integers_of(tensor, bytes->data());
    return known;
  }
  std::vector<float> values;
  values.reserve(static_cast<std::size_t>(tensor.elements));
  walk(tensor, [&](std::size_t at) { values.push_back(decode_float(tensor.dtype, bytes->data(), at)); });
  known.values = std::move(values);
  return known;
}

}  // namespace fcn::tools

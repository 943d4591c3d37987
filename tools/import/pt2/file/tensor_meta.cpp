// SPDX-License-Identifier: MIT
#include "tools/import/pt2/file/tensor_meta.hpp"

#include <limits>
#include <string>
#include <utility>

#include "fcn/file/json_fields.hpp"
#include "tools/import/onnx/file/onnx_model.hpp"

namespace fcn::tools {
namespace {

constexpr std::int64_t kMaxInteger = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kStridedLayout = 7;

/// One of schema.py's SymInts: a number, or an expression with the number that it was at export.
struct Size {
  std::int64_t value = kFreeDim;
  std::int64_t hint = kFreeDim;
};

Result<Size> read_size(const JsonView& json) {
  JsonFields fields(json);
  if (const auto number = fields.optional_member("as_int")) {
    const auto value = number->integer(0, kMaxInteger);
    if (!value) return value.error();
    return Size{*value, *value};
  }
  JsonFields expression(fields.member("as_expr"));
  Size size;
  if (const auto hint = expression.optional_member("hint"); hint && !hint->is_null()) {
    JsonFields hinted(*hint);
    if (const auto number = hinted.optional_member("as_int")) {
      const auto value = number->integer(0, kMaxInteger);
      if (!value) return value.error();
      size.hint = *value;
    }
  }
  if (const Status read = fields.status(); !read) return read.error();
  return size;
}

/// Sizes into `values`, hints into `hints`.
Status read_sizes(JsonFields& fields, const char* key, const Limits& limits, Dims& values, Dims* hints) {
  for (const JsonView& element : fields.elements(key, limits.max_rank)) {
    const auto size = read_size(element);
    if (!size) return size.error();
    values.push_back(size->value);
    if (hints != nullptr) hints->push_back(size->hint);
  }
  return fields.status();
}

}  // namespace

std::optional<DType> dtype_from_scalar_type(std::int64_t number) {
  constexpr std::pair<std::int64_t, DType> types[] = {
      {1, DType::u8},       {2, DType::i8},    {3, DType::i16}, {4, DType::i32},
      {5, DType::i64},      {6, DType::f16},   {7, DType::f32}, {8, DType::f64},
      {12, DType::boolean}, {13, DType::bf16}, {28, DType::u16}};
  for (const auto& [scalar, dtype] : types)
    if (scalar == number) return dtype;
  return std::nullopt;
}

Result<TensorMeta> read_tensor_meta(const JsonView& json, const Limits& limits) {
  JsonFields fields(json);
  TensorMeta meta;
  meta.dtype = dtype_from_scalar_type(fields.integer("dtype", 0, 1'000));
  meta.strided = fields.integer("layout", 0, 1'000) == kStridedLayout;
  if (const Status read = read_sizes(fields, "sizes", limits, meta.sizes, &meta.hints); !read)
    return read.error();
  if (const Status read = read_sizes(fields, "strides", limits, meta.strides, nullptr); !read)
    return read.error();
  if (const auto offset = fields.optional_member("storage_offset"); offset && !offset->is_null()) {
    const auto value = read_size(*offset);
    if (!value) return value.error();
    meta.offset = value->value;
  }
  if (const Status read = fields.status(); !read) return read.error();
  return meta;
}

}  // namespace fcn::tools

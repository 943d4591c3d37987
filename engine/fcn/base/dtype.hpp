// SPDX-License-Identifier: MIT
// Element types of stored tensors: their names, sizes, and how runs of little-endian bytes become floats.
// Half formats themselves are in float16.hpp.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

#include "fcn/base/float16.hpp"
#include "fcn/result.hpp"

namespace fcn::inline FCN_ABI {

enum class DType { boolean, u8, i8, u16, i16, u32, i32, u64, i64, f8_e4m3, f8_e5m2, f16, bf16, f32, f64 };

struct DTypeInfo {
  DType type;
  std::string_view name;  ///< as safetensors spells it
  std::size_t bytes;
};

inline constexpr DTypeInfo kDTypes[] = {
    {DType::boolean, "BOOL", 1},    {DType::u8, "U8", 1},           {DType::i8, "I8", 1},
    {DType::u16, "U16", 2},         {DType::i16, "I16", 2},         {DType::u32, "U32", 4},
    {DType::i32, "I32", 4},         {DType::u64, "U64", 8},         {DType::i64, "I64", 8},
    {DType::f8_e4m3, "F8_E4M3", 1}, {DType::f8_e5m2, "F8_E5M2", 1}, {DType::f16, "F16", 2},
    {DType::bf16, "BF16", 2},       {DType::f32, "F32", 4},         {DType::f64, "F64", 8}};

constexpr std::string_view dtype_name(DType type) {
  return kDTypes[static_cast<std::size_t>(type)].name;
}
constexpr std::size_t dtype_bytes(DType type) {
  return kDTypes[static_cast<std::size_t>(type)].bytes;
}

constexpr std::optional<DType> dtype_from_name(std::string_view name) {
  for (const DTypeInfo& info : kDTypes)
    if (info.name == name) return info.type;
  return std::nullopt;
}

/// Whether decode_floats() can read it.
constexpr bool is_float(DType type) {
  return type == DType::f16 || type == DType::bf16 || type == DType::f32 || type == DType::f64;
}

/// The value of little-endian bytes, aligned or not.
template <class Bits>
Bits load_little_endian(const std::byte* from) {
  static_assert(std::endian::native == std::endian::little, "fcn reads files on little-endian machines only");
  Bits bits;
  std::memcpy(&bits, from, sizeof bits);
  return bits;
}

/// Element `index` of a run of `type`, as a float (float64 is rounded to nearest). `type` must be is_float().
inline float decode_float(DType type, const std::byte* run, std::size_t index) {
  FCN_ASSERT(is_float(type));
  const std::byte* at = run + index * dtype_bytes(type);
  if (type == DType::f16) return half_to_float(load_little_endian<std::uint16_t>(at));
  if (type == DType::bf16) return bfloat16_to_float(load_little_endian<std::uint16_t>(at));
  if (type == DType::f64) return static_cast<float>(load_little_endian<double>(at));
  return load_little_endian<float>(at);
}

/// A whole run; bytes.size() must be out.size() * dtype_bytes(type), and `type` is_float().
inline void decode_floats(DType type, std::span<const std::byte> bytes, std::span<float> out) {
  FCN_ASSERT(bytes.size() == out.size() * dtype_bytes(type));
  if (type == DType::f32) {
    if (!out.empty()) std::memcpy(out.data(), bytes.data(), bytes.size());
    return;
  }
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = decode_float(type, bytes.data(), i);
}

}  // namespace fcn::inline FCN_ABI

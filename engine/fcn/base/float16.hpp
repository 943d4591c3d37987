// SPDX-License-Identifier: MIT
// IEEE half precision and bfloat16 as bit patterns, to and from float. Widening is exact; narrowing rounds to
// nearest, ties to even, overflows to infinity and keeps NaN a NaN. Integer arithmetic only, so that a host
// program's flush-to-zero setting cannot change a weight. Not here: runs of values in a file (dtype.hpp).
#pragma once

#include <bit>
#include <cstdint>

#include "fcn/config.hpp"

namespace fcn::inline FCN_ABI {

/// The float a half-precision bit pattern stands for; exact, NaN payloads included.
constexpr float half_to_float(std::uint16_t half) {
  const std::uint32_t sign = static_cast<std::uint32_t>(half & 0x8000u) << 16;
  const std::uint32_t exponent = (half >> 10) & 0x1fu;
  const std::uint32_t mantissa = half & 0x3ffu;
  if (exponent == 0x1f) return std::bit_cast<float>(sign | 0x7f80'0000u | (mantissa << 13));
  if (exponent != 0) return std::bit_cast<float>(sign | ((exponent + 112) << 23) | (mantissa << 13));
  if (mantissa == 0) return std::bit_cast<float>(sign);
  // A half denormal, mantissa * 2^-24, is a normal float: move its leading one to the hidden bit.
  const auto shift = static_cast<std::uint32_t>(std::countl_zero(mantissa)) - 21;
  return std::bit_cast<float>(sign | ((113 - shift) << 23) | (((mantissa << shift) & 0x3ffu) << 13));
}

/// The half nearest to a float.
constexpr std::uint16_t float_to_half(float value) {
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t sign = (bits >> 16) & 0x8000u;
  const std::uint32_t magnitude = bits & 0x7fff'ffffu;
  if (magnitude > 0x7f80'0000u) {  // NaN: quiet, top of the payload kept
    return static_cast<std::uint16_t>(sign | 0x7e00u | ((magnitude >> 13) & 0x3ffu));
  }
  if (magnitude >= 0x4780'0000u) return static_cast<std::uint16_t>(sign | 0x7c00u);  // >= 2^16, infinity too
  // `kept` is the result scaled so that `dropped` low bits remain to be rounded away.
  std::uint32_t kept = magnitude - (112u << 23);
  std::uint32_t dropped = 13;
  if (magnitude < 0x3880'0000u) {  // below 2^-14: a half denormal, its unit 2^-24
    const std::uint32_t exponent = magnitude >> 23;
    if (exponent < 101) return static_cast<std::uint16_t>(sign);  // below 2^-25 rounds to zero
    kept = (magnitude & 0x7f'ffffu) | 0x80'0000u;
    dropped = 126 - exponent;
  }
  const std::uint32_t half_unit = 1u << (dropped - 1);
  const std::uint32_t rest = kept & ((1u << dropped) - 1);
  std::uint32_t result = kept >> dropped;
  // A carry out of the mantissa moves the exponent up by one, and past the last one to infinity: as it
  // should.
  if (rest > half_unit || (rest == half_unit && (result & 1) != 0)) ++result;
  return static_cast<std::uint16_t>(sign | result);
}

/// The float a bfloat16 bit pattern stands for: its upper half.
constexpr float bfloat16_to_float(std::uint16_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

/// The bfloat16 nearest to a float.
constexpr std::uint16_t float_to_bfloat16(float value) {
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
  if ((bits & 0x7fff'ffffu) > 0x7f80'0000u) return static_cast<std::uint16_t>((bits >> 16) | 0x40u);
  return static_cast<std::uint16_t>((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
}

}  // namespace fcn::inline FCN_ABI

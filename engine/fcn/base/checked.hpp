// SPDX-License-Identifier: MIT
// Overflow-checked size arithmetic. Any size that stems from a file or an argument is computed with these.
#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>

#include "fcn/config.hpp"

namespace fcn::inline FCN_ABI {

/// a * b, or nothing if it does not fit 64 bits.
constexpr std::optional<std::uint64_t> checked_mul(std::uint64_t a, std::uint64_t b) {
  if (a != 0 && b > std::numeric_limits<std::uint64_t>::max() / a) return std::nullopt;
  return a * b;
}

/// a + b, or nothing if it does not fit 64 bits.
constexpr std::optional<std::uint64_t> checked_add(std::uint64_t a, std::uint64_t b) {
  if (b > std::numeric_limits<std::uint64_t>::max() - a) return std::nullopt;
  return a + b;
}

/// a * b, or the greatest number of 64 bits if it does not fit.
constexpr std::uint64_t capped_mul(std::uint64_t a, std::uint64_t b) {
  return checked_mul(a, b).value_or(std::numeric_limits<std::uint64_t>::max());
}

/// a + b, or the greatest number of 64 bits if it does not fit.
constexpr std::uint64_t capped_add(std::uint64_t a, std::uint64_t b) {
  return checked_add(a, b).value_or(std::numeric_limits<std::uint64_t>::max());
}

/// The product of all, or nothing on overflow. An empty product is 1.
template <class Range>
constexpr std::optional<std::uint64_t> checked_product(const Range& factors) {
  std::optional<std::uint64_t> product = 1;
  for (const auto factor : factors) {
    if (factor < 0) return std::nullopt;
    product = checked_mul(*product, static_cast<std::uint64_t>(factor));
    if (!product) return std::nullopt;
  }
  return product;
}

/// The smallest multiple of `step` that is >= value.
template <std::integral T>
constexpr T round_up(T value, T step) {
  return (value + step - 1) / step * step;
}

/// ceil(a / b) for non-negative a and positive b.
template <std::integral T>
constexpr T ceil_div(T a, T b) {
  return (a + b - 1) / b;
}

}  // namespace fcn::inline FCN_ABI

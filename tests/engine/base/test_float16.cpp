// SPDX-License-Identifier: MIT
#include "fcn/base/float16.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <limits>

using namespace fcn;

namespace {

bool is_half_nan(std::uint16_t bits) {
  return (bits & 0x7c00u) == 0x7c00u && (bits & 0x3ffu) != 0;
}

/// What a half pattern means, by definition.
double half_value(std::uint16_t bits) {
  const int exponent = (bits >> 10) & 31;
  const double mantissa = bits & 0x3ff;
  const double magnitude =
      exponent == 0 ? std::ldexp(mantissa, -24) : std::ldexp(1024 + mantissa, exponent - 25);
  return (bits & 0x8000u) != 0 ? -magnitude : magnitude;
}

}  // namespace

TEST_CASE("every half widens exactly and comes back") {
  std::uint32_t wrong = 0;
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    const auto half = static_cast<std::uint16_t>(bits);
    const float value = half_to_float(half);
    if (is_half_nan(half)) {
      wrong += !std::isnan(value) || !is_half_nan(float_to_half(value));
    } else {
      const bool infinite = (half & 0x7fffu) == 0x7c00u;
      wrong += infinite ? !std::isinf(value) : static_cast<double>(value) != half_value(half);
      wrong += float_to_half(value) != half;
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("between two halves the nearer wins, and the even one in the middle") {
  std::uint32_t wrong = 0;
  for (std::uint16_t low = 0; low < 0x7bff; ++low) {
    const auto high = static_cast<std::uint16_t>(low + 1);
    const float middle = (half_to_float(low) + half_to_float(high)) / 2;  // exact: one bit more than a half
    wrong += float_to_half(middle) != (low % 2 == 0 ? low : high);
    wrong += float_to_half(std::nextafter(middle, 0.0f)) != low;
    wrong += float_to_half(std::nextafter(middle, 1e9f)) != high;
    wrong += float_to_half(-middle) != (0x8000u | (low % 2 == 0 ? low : high));
  }
  CHECK(wrong == 0);
}

TEST_CASE("halves overflow and underflow as IEEE says") {
  CHECK(float_to_half(65504.0f) == 0x7bff);
  CHECK(float_to_half(65519.99f) == 0x7bff);
  CHECK(float_to_half(65520.0f) == 0x7c00);
  CHECK(float_to_half(1e30f) == 0x7c00);
  CHECK(float_to_half(-std::numeric_limits<float>::infinity()) == 0xfc00);
  CHECK(float_to_half(0x1p-24f) == 1);
  CHECK(float_to_half(0x1p-25f) == 0);
  CHECK(float_to_half(std::nextafter(0x1p-25f, 1.0f)) == 1);
  CHECK(float_to_half(std::numeric_limits<float>::denorm_min()) == 0);
  CHECK(float_to_half(-0.0f) == 0x8000);
}

TEST_CASE("bfloat16 keeps the upper half and rounds to nearest even") {
  std::uint32_t wrong = 0;
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    const auto narrow = static_cast<std::uint16_t>(bits);
    const float value = bfloat16_to_float(narrow);
    if (std::isnan(value))
      wrong += !std::isnan(bfloat16_to_float(float_to_bfloat16(value)));
    else
      wrong += float_to_bfloat16(value) != narrow;
  }
  CHECK(wrong == 0);
  CHECK(float_to_bfloat16(std::bit_cast<float>(0x3f80'8000u)) == 0x3f80);
  CHECK(float_to_bfloat16(std::bit_cast<float>(0x3f81'8000u)) == 0x3f82);
  CHECK(float_to_bfloat16(std::bit_cast<float>(0x3f80'8001u)) == 0x3f81);
  CHECK(float_to_bfloat16(std::numeric_limits<float>::max()) == 0x7f80);
}

// SPDX-License-Identifier: MIT
// CRC-32 as zip and PNG use it (polynomial 0xEDB88320, reflected). Model files carry one a tensor, so that a
// damaged download is named instead of run. It finds accidents, not forgery.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "fcn/config.hpp"

namespace fcn::inline FCN_ABI {

namespace detail {

/// table[k][b]: the CRC of byte b followed by k zero bytes; sixteen bytes are then folded in one step.
/// Kounavis and Berry, "A Systematic Approach to Building High Performance Software-Based CRC Generators",
/// ISCC 2005, who fold four and eight.
inline constexpr std::size_t kCrc32Slices = 16;
using Crc32Table = std::array<std::array<std::uint32_t, 256>, kCrc32Slices>;

constexpr Crc32Table make_crc32_table() {
  Crc32Table table{};
  for (std::uint32_t b = 0; b < 256; ++b) {
    std::uint32_t crc = b;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1u) != 0 ? 0xEDB8'8320u : 0u);
    table[0][b] = crc;
  }
  for (std::size_t k = 1; k < kCrc32Slices; ++k)
    for (std::size_t b = 0; b < 256; ++b)
      table[k][b] = (table[k - 1][b] >> 8) ^ table[0][table[k - 1][b] & 0xffu];
  return table;
}

inline constexpr Crc32Table kCrc32 = make_crc32_table();

/// The four bytes at `at`, first byte lowest.
inline std::uint32_t crc32_word(const std::byte* at) {
  std::uint32_t word = 0;
  for (unsigned i = 0; i < 4; ++i) word |= std::to_integer<std::uint32_t>(at[i]) << (8 * i);
  return word;
}

/// The CRC of the four bytes of `word` followed by `behind` further bytes of zeros.
inline std::uint32_t crc32_slices(std::uint32_t word, std::size_t behind) {
  return kCrc32[behind + 3][word & 0xffu] ^ kCrc32[behind + 2][(word >> 8) & 0xffu] ^
         kCrc32[behind + 1][(word >> 16) & 0xffu] ^ kCrc32[behind][word >> 24];
}

}  // namespace detail

/// The CRC of `bytes`; pass the CRC of the preceding bytes to continue it.
inline std::uint32_t crc32(std::span<const std::byte> bytes, std::uint32_t before = 0) {
  std::uint32_t crc = ~before;
  std::size_t i = 0;
  for (; i + detail::kCrc32Slices <= bytes.size(); i += detail::kCrc32Slices) {
    const std::byte* const at = bytes.data() + i;
    crc = detail::crc32_slices(detail::crc32_word(at) ^ crc, 12) ^
          detail::crc32_slices(detail::crc32_word(at + 4), 8) ^
          detail::crc32_slices(detail::crc32_word(at + 8), 4) ^
          detail::crc32_slices(detail::crc32_word(at + 12), 0);
  }
  for (; i < bytes.size(); ++i)
    crc = (crc >> 8) ^ detail::kCrc32[0][(crc ^ std::to_integer<std::uint32_t>(bytes[i])) & 0xffu];
  return ~crc;
}

}  // namespace fcn::inline FCN_ABI

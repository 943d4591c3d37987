// SPDX-License-Identifier: MIT
// CRC-32 as zip and PNG use it (polynomial 0xEDB88320, reflected). Model files carry one a tensor, so that a
// damaged download is named instead of run. It finds accidents, not forgery.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "engine/config.hpp"

namespace fcn::inline FCN_ABI {

namespace detail {

/// table[k][b]: the CRC of byte b followed by k zero bytes; eight bytes are then folded in one step.
using Crc32Table = std::array<std::array<std::uint32_t, 256>, 8>;

constexpr Crc32Table make_crc32_table() {
  Crc32Table table{};
  for (std::uint32_t b = 0; b < 256; ++b) {
    std::uint32_t crc = b;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1u) != 0 ? 0xEDB8'8320u : 0u);
    table[0][b] = crc;
  }
  for (std::size_t k = 1; k < 8; ++k)
    for (std::size_t b = 0; b < 256; ++b)
      table[k][b] = (table[k - 1][b] >> 8) ^ table[0][table[k - 1][b] & 0xffu];
  return table;
}

inline constexpr Crc32Table kCrc32 = make_crc32_table();

}  // namespace detail

/// The CRC of `bytes`; give the CRC of what came before to continue it.
inline std::uint32_t crc32(std::span<const std::byte> bytes, std::uint32_t before = 0) {
  const auto& table = detail::kCrc32;
  const auto byte = [&](std::size_t i) { return std::to_integer<std::uint32_t>(bytes[i]); };
  std::uint32_t crc = ~before;
  std::size_t i = 0;
  for (; i + 8 <= bytes.size(); i += 8) {
    const std::uint32_t low = crc ^ (byte(i) | byte(i + 1) << 8 | byte(i + 2) << 16 | byte(i + 3) << 24);
    crc = table[7][low & 0xffu] ^ table[6][(low >> 8) & 0xffu] ^ table[5][(low >> 16) & 0xffu] ^
          table[4][low >> 24] ^ table[3][byte(i + 4)] ^ table[2][byte(i + 5)] ^ table[1][byte(i + 6)] ^
          table[0][byte(i + 7)];
  }
  for (; i < bytes.size(); ++i) crc = (crc >> 8) ^ table[0][(crc ^ byte(i)) & 0xffu];
  return ~crc;
}

}  // namespace fcn::inline FCN_ABI

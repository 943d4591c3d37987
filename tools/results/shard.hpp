// SPDX-License-Identifier: MIT
// A worker's share of the pictures, chosen by their names alone: whichever other pictures there are, and in
// which order they are given, a picture stays with its worker.
#pragma once

#include <string>
#include <string_view>

#include "fcn/result.hpp"

namespace fcn::tools {

struct Shard {
  static constexpr int kMostShards = 1'000'000;

  int number = 1;  ///< from 1 to `count`
  int count = 1;

  /// Whether this shard runs the picture of this name: the CRC-32 of its bytes, modulo `count`, is
  /// `number` - 1. The name is the path as given, neither made absolute nor cleaned.
  [[nodiscard]] bool takes(std::string_view name) const;
};

/// Parses "I/N" in decimal, 1 <= I <= N <= kMostShards.
Result<Shard> parse_shard(const std::string& text);

}  // namespace fcn::tools

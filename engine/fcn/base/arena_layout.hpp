// SPDX-License-Identifier: MIT
// Offsets in an arena for parts that come and go in a known order: numbers only, nothing is allocated. Each
// part goes to the lowest gap that holds it, so that memory used a moment ago, which caches hold, is used
// again first.
#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <map>

#include "fcn/config.hpp"

namespace fcn::inline FCN_ABI {

class ArenaLayout {
 public:
  /// The offset of a part of that size (not 0), which overlaps no part that has not been given back.
  std::uint64_t take(std::uint64_t size) {
    int tried = 0;
    for (auto gap = gaps_.begin(); gap != gaps_.end() && tried < kMostGapsTried; ++gap, ++tried)
      if (gap->second >= size) return take_from(gap, size);
    const auto last = gaps_.empty() ? gaps_.end() : std::prev(gaps_.end());
    const bool at_end = last != gaps_.end() && last->first + last->second == end_;
    const std::uint64_t offset = at_end ? last->first : end_;
    if (at_end) gaps_.erase(last);
    end_ = std::max(end_, offset + size);
    if (offset + size < end_) gaps_.emplace(offset + size, end_ - offset - size);
    return offset;
  }

  /// Ends a part that take() placed.
  void give_back(std::uint64_t offset, std::uint64_t size) {
    auto next = gaps_.lower_bound(offset);
    if (next != gaps_.end() && next->first == offset + size) {
      size += next->second;
      next = gaps_.erase(next);
    }
    if (next != gaps_.begin()) {
      const auto before = std::prev(next);
      if (before->first + before->second == offset) {
        before->second += size;
        return;
      }
    }
    gaps_.emplace_hint(next, offset, size);
  }

  /// The size of the arena: the end of the highest part that there has been.
  [[nodiscard]] std::uint64_t end() const { return end_; }

 private:
  /// Bounds the work of a part. Few arenas have more gaps, and what misses one costs memory only.
  static constexpr int kMostGapsTried = 64;
  using Gaps = std::map<std::uint64_t, std::uint64_t>;  // offset -> size; no two touch

  std::uint64_t take_from(Gaps::iterator gap, std::uint64_t size) {
    const auto [offset, had] = *gap;
    gaps_.erase(gap);
    if (had > size) gaps_.emplace(offset + size, had - size);
    return offset;
  }

  Gaps gaps_;
  std::uint64_t end_ = 0;
};

}  // namespace fcn::inline FCN_ABI

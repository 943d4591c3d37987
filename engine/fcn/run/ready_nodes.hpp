// SPDX-License-Identifier: MIT
// A set of nodes whose greatest member is found in a few steps, however many nodes there are: bits, over
// words of which further bits tell which are not zero, and so on.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "fcn/graph/graph.hpp"

namespace fcn::inline FCN_ABI {

class ReadyNodes {
 public:
  ReadyNodes() = default;
  /// Of numbers below `count`; empty.
  explicit ReadyNodes(std::size_t count) {
    do {
      count = (count + kBits - 1) / kBits;
      levels_.emplace_back(count, 0);
    } while (count > 1);
  }

  void set(NodeId node, bool member) {
    for (std::vector<std::uint64_t>& level : levels_) {
      std::uint64_t& word = level[node / kBits];
      const std::uint64_t bit = std::uint64_t{1} << (node % kBits);
      word = member ? word | bit : word & ~bit;
      member = word != 0;
      node /= kBits;
    }
  }

  [[nodiscard]] std::optional<NodeId> greatest() const {
    if (levels_.empty() || levels_.back()[0] == 0) return std::nullopt;
    NodeId node = 0;
    for (std::size_t level = levels_.size(); level-- > 0;)
      node = node * kBits + kBits - 1 - static_cast<NodeId>(std::countl_zero(levels_[level][node]));
    return node;
  }

 private:
  static constexpr NodeId kBits = 64;
  std::vector<std::vector<std::uint64_t>> levels_;  ///< from the nodes' own bits up to a single word
};

}  // namespace fcn::inline FCN_ABI

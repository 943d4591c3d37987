// SPDX-License-Identifier: MIT
// The time of a run, node by node. Two clock reads a step: cheap enough to leave in, and off by default.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <vector>

#include "fcn/graph/graph.hpp"
#include "fcn/run/row_schedule.hpp"

namespace fcn::inline FCN_ABI {

/// What one node cost over all runs since clear().
struct NodeCost {
  double seconds = 0;
  std::uint64_t steps = 0;
  std::uint64_t rows =
      0;  ///< made: after one run, the height of the node's feature map, as nothing is made twice
};

class Profile {
 public:
  void clear(std::size_t nodes) { costs_.assign(nodes, {}); }

  void begin() { start_ = std::chrono::steady_clock::now(); }
  void end(const RowStep& step) {
    NodeCost& cost = costs_[step.node];
    cost.seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    cost.steps += 1;
    cost.rows += static_cast<std::uint64_t>(step.end - step.begin);
  }

  /// Rows that a node made as a part of another's step.
  void count_rows(NodeId node, int rows) { costs_[node].rows += static_cast<std::uint64_t>(rows); }

  [[nodiscard]] const std::vector<NodeCost>& costs() const { return costs_; }

 private:
  std::vector<NodeCost> costs_;
  std::chrono::steady_clock::time_point start_;
};

}  // namespace fcn::inline FCN_ABI

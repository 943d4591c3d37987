// SPDX-License-Identifier: MIT
// The order in which rows are made: an integer simulation that knows nothing of memory or kernels. Plan runs
// it once to size the rings; the Executor runs it again, step by step, to do the work. It is never stored, so
// it costs the same for a tall image as for a flat one.
//
// The node nearest to the output that can make a whole step of rows (or its last ones) makes it; the input
// hands out rows only when nobody else can. So rows are used while they are in cache, and no ring holds more
// than it must. Deep, narrow nodes take long steps so that their weights are not read from memory once per
// row.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "engine/graph.hpp"
#include "engine/window.hpp"

namespace fcn::inline FCN_ABI {

/// Rows `begin` .. `end` - 1 of a node's output, made at once.
struct RowStep {
  NodeId node = 0;
  int begin = 0;
  int end = 0;
};

class RowSchedule {
 public:
  /// What the schedule knows of a node.
  struct Lane {
    std::vector<NodeId> inputs;
    Window window;  ///< over inputs[0]; further inputs are read row by row
    int height = 0;
    int step_rows = 1;  ///< steps end at multiples of this many rows
  };

  RowSchedule() = default;
  explicit RowSchedule(std::vector<Lane> lanes) : lanes_(std::move(lanes)), done_(lanes_.size(), 0) {}

  void restart() { std::fill(done_.begin(), done_.end(), 0); }

  /// The next step, or false when every node has made all its rows.
  bool next(RowStep& step) {
    for (NodeId node = lanes_.size(); node-- > 0;) {
      const int end = step_end(node);
      if (end == done_[node]) continue;
      step = {node, done_[node], end};
      done_[node] = end;
      return true;
    }
    return false;
  }

  /// Rows of `node` made so far.
  [[nodiscard]] int done(NodeId node) const { return done_[node]; }

  /// The first row of input number `slot` that `node` still has to read.
  [[nodiscard]] int first_row_needed(NodeId node, std::size_t slot) const {
    const Lane& lane = lanes_[node];
    if (slot != 0) return done_[node];
    return lane.window.first_row_needed(done_[node], lanes_[lane.inputs[0]].height, lane.height);
  }

 private:
  /// Where the next step of `node` ends, or done_[node] if its inputs do not allow one.
  [[nodiscard]] int step_end(NodeId node) const {
    const Lane& lane = lanes_[node];
    const int end = lane.height - done_[node] > lane.step_rows ? done_[node] + lane.step_rows : lane.height;
    return rows_ready(node) >= end ? end : done_[node];
  }

  /// Rows of `node` that its inputs allow.
  [[nodiscard]] int rows_ready(NodeId node) const {
    const Lane& lane = lanes_[node];
    if (lane.inputs.empty()) return lane.height;
    const NodeId first = lane.inputs[0];
    int ready = lane.window.rows_ready(done_[first], lanes_[first].height, lane.height);
    for (std::size_t slot = 1; slot < lane.inputs.size(); ++slot)
      ready = std::min(ready, done_[lane.inputs[slot]]);
    return ready;
  }

  std::vector<Lane> lanes_;
  std::vector<int> done_;
};

}  // namespace fcn::inline FCN_ABI

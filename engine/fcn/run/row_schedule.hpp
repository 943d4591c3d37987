// SPDX-License-Identifier: MIT
// The order in which rows are made: an integer simulation that knows nothing of memory or kernels. Plan runs
// it once to size the rings; the Executor runs it again, step by step, to do the work. It is never stored, so
// it costs the same for a tall image as for a flat one.
//
// The node nearest to the output that can make a whole step of rows (or its last ones) makes it; the input
// hands out rows only when no other node can. So rows are used while they are in cache, and no ring holds
// more than it must. Deep, narrow nodes take long steps so that their weights are not read from memory once
// per row.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "fcn/graph/graph.hpp"
#include "fcn/graph/row_reach.hpp"

namespace fcn::inline FCN_ABI {

/// Rows `begin` .. `end` - 1 of a node's output, made at once; of a node that gathers rows, those it takes
/// in.
struct RowStep {
  NodeId node = 0;
  int begin = 0;
  int end = 0;
};

class RowSchedule {
 public:
  /// An input of a node and which of its rows are read.
  struct Reading {
    NodeId from = 0;
    RowReach rows;
  };
  /// What the schedule needs to know about a node.
  struct Lane {
    std::vector<Reading> inputs;
    int height = 0;
    int step_rows = 1;  ///< steps end at multiples of this many rows
  };

  RowSchedule() = default;
  explicit RowSchedule(std::vector<Lane> lanes)
      : lanes_(std::move(lanes)), done_(lanes_.size()), step_end_(lanes_.size()), readers_(lanes_.size()) {
    for (NodeId node = 0; node < lanes_.size(); ++node)
      for (const Reading& input : lanes_[node].inputs) readers_[input.from].push_back(node);
    restart();
  }

  void restart() {
    std::fill(done_.begin(), done_.end(), 0);
    for (NodeId node = 0; node < lanes_.size(); ++node) find_step(node);
  }

  /// The next step, or false when every node has made all its rows.
  bool next(RowStep& step) {
    for (NodeId node = lanes_.size(); node-- > 0;) {
      if (step_end_[node] == done_[node]) continue;
      step = {node, done_[node], step_end_[node]};
      done_[node] = step_end_[node];
      find_step(node);
      for (const NodeId reader : readers_[node]) find_step(reader);
      return true;
    }
    return false;
  }

  /// Rows of `node` made so far.
  [[nodiscard]] int done(NodeId node) const { return done_[node]; }

  /// The first row of input number `slot` that `node` still has to read.
  [[nodiscard]] int first_row_needed(NodeId node, std::size_t slot) const {
    const Lane& lane = lanes_[node];
    const Reading& input = lane.inputs[slot];
    return input.rows.first_row_needed(done_[node], lanes_[input.from].height, lane.height);
  }

 private:
  /// Records where the next step of `node` ends: done_[node] if its inputs do not allow one.
  void find_step(NodeId node) {
    const Lane& lane = lanes_[node];
    const int end = lane.height - done_[node] > lane.step_rows ? done_[node] + lane.step_rows : lane.height;
    step_end_[node] = rows_ready(lane) >= end ? end : done_[node];
  }

  /// Rows of a node that its inputs allow.
  [[nodiscard]] int rows_ready(const Lane& lane) const {
    int ready = lane.height;
    for (const Reading& input : lane.inputs)
      ready =
          std::min(ready, input.rows.rows_ready(done_[input.from], lanes_[input.from].height, lane.height));
    return ready;
  }

  std::vector<Lane> lanes_;
  std::vector<int> done_;
  std::vector<int> step_end_;  ///< changes only when the node or one of its inputs makes rows
  std::vector<std::vector<NodeId>> readers_;
};

}  // namespace fcn::inline FCN_ABI

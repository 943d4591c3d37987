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
#include <optional>
#include <utility>
#include <vector>

#include "fcn/graph/graph.hpp"
#include "fcn/graph/row_reach.hpp"
#include "fcn/run/ready_nodes.hpp"

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
      : lanes_(std::move(lanes)),
        done_(lanes_.size()),
        step_end_(lanes_.size()),
        waits_for_(lanes_.size()),
        readers_(lanes_.size()),
        ready_(lanes_.size()) {
    for (NodeId node = 0; node < lanes_.size(); ++node)
      for (const Reading& input : lanes_[node].inputs)
        if (readers_[input.from].empty() || readers_[input.from].back() != node)
          readers_[input.from].push_back(node);
    restart();
  }

  void restart() {
    std::fill(done_.begin(), done_.end(), 0);
    for (NodeId node = 0; node < lanes_.size(); ++node) begin_step(node);
  }

  /// The next step, or false when every node has made all its rows.
  bool next(RowStep& step) {
    const std::optional<NodeId> node = ready_.greatest();
    if (!node) return false;
    step = {*node, done_[*node], step_end_[*node]};
    done_[*node] = step.end;
    begin_step(*node);
    for (const NodeId reader : readers_[*node])
      if (waits_for(reader, *node)) find_input(reader);
    return true;
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
  /// Looks for the next step of `node`.
  void begin_step(NodeId node) {
    const Lane& lane = lanes_[node];
    step_end_[node] = lane.height - done_[node] > lane.step_rows ? done_[node] + lane.step_rows : lane.height;
    waits_for_[node] = 0;
    find_input(node);
  }

  /// Goes on to the first input that lacks rows for the step. Those before it never lack them again, so that
  /// a step looks at each input once and at the one that it waits for, however many there are.
  void find_input(NodeId node) {
    const Lane& lane = lanes_[node];
    std::size_t& slot = waits_for_[node];
    while (slot < lane.inputs.size() && rows_ready(lane, lane.inputs[slot]) >= step_end_[node]) ++slot;
    ready_.set(node, slot == lane.inputs.size() && step_end_[node] != done_[node]);
  }

  [[nodiscard]] bool waits_for(NodeId node, NodeId input) const {
    const std::vector<Reading>& inputs = lanes_[node].inputs;
    return waits_for_[node] < inputs.size() && inputs[waits_for_[node]].from == input;
  }

  /// Rows of a node that one of its inputs allows.
  [[nodiscard]] int rows_ready(const Lane& lane, const Reading& input) const {
    return input.rows.rows_ready(done_[input.from], lanes_[input.from].height, lane.height);
  }

  std::vector<Lane> lanes_;
  std::vector<int> done_;
  std::vector<int> step_end_;
  std::vector<std::size_t> waits_for_;  ///< the first input that may lack rows for the step
  std::vector<std::vector<NodeId>> readers_;
  ReadyNodes ready_;  ///< the nodes that can make their step
};

}  // namespace fcn::inline FCN_ABI

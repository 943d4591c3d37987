// SPDX-License-Identifier: MIT
// Definitions of plan.hpp: how many rows each ring holds, which nodes share one, and where rings lie.
// Included by plan_inl.hpp.
//
//   a node that may write over an input which nobody reads later   uses that input's ring
//   rings that are not in use at the same time of a run             lie in the same memory
//
// Both keep what a layer writes in cache: the rows that it has just read, or memory that a layer before it
// has just left. A tall picture passes through all layers at once and shares less than a small one, whose
// late layers are each made in a single step.
#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "fcn/base/arena_layout.hpp"
#include "fcn/graph/in_place.hpp"
#include "fcn/run/plan.hpp"

namespace fcn::inline FCN_ABI {

/// The input whose ring the node may use, as far as shapes tell: an op's first that it may overwrite and that
/// no node before it takes.
FCN_INLINE std::optional<NodeId> Plan::overwritable_input(NodeId id, const std::vector<bool>& taken) const {
  if (nodes_[id].fused_into) return std::nullopt;
  const Node& node = graph_.nodes[id];
  for (std::size_t slot = 0; slot < node.inputs.size(); ++slot) {
    if (!may_overwrite(node.op, slot)) continue;  // an op with thousands of inputs never may
    const NodeId from = node.inputs[slot];
    const bool once = std::count(node.inputs.begin(), node.inputs.end(), from) == 1;
    const bool has_rows = from != 0 && !nodes_[from].fused_into && !gathers_rows(graph_.nodes[from].op) &&
                          !std::holds_alternative<Constant>(graph_.nodes[from].op);
    if (nodes_[from].shape == nodes_[id].shape && once && has_rows && !taken[from]) return from;
  }
  return std::nullopt;
}

/// Which nodes may share a ring; they get margins of the same width.
FCN_INLINE void Plan::find_overwritable() {
  std::vector<bool> taken(nodes_.size(), false);
  for (NodeId id = 0; id < nodes_.size(); ++id) {
    NodePlan& plan = nodes_[id];
    plan.ring = id;
    plan.overwritable = overwritable_input(id, taken);
    if (!plan.overwritable) continue;
    taken[*plan.overwritable] = true;
    plan.ring = nodes_[*plan.overwritable].ring;
    NodePlan& owner = nodes_[plan.ring];
    owner.margin_left = std::max(owner.margin_left, plan.margin_left);
    owner.margin_right = std::max(owner.margin_right, plan.margin_right);
  }
  for (NodePlan& plan : nodes_) {
    plan.margin_left = nodes_[plan.ring].margin_left;
    plan.margin_right = nodes_[plan.ring].margin_right;
  }
}

/// Whether a step overwrites no row that another node still reads.
FCN_INLINE bool Plan::may_overwrite_in(const RowStep& step, const std::vector<Reader>& readers) const {
  return std::all_of(readers.begin(), readers.end(), [&](const Reader& reader) {
    return reader.node == step.node || schedule_.first_row_needed(reader.node, reader.slot) >= step.end;
  });
}

/// Runs the schedule in integers: a ring must hold the rows from the oldest that is still needed to the
/// newest.
FCN_INLINE void Plan::simulate() {
  std::vector<std::vector<Reader>> readers(nodes_.size());
  for (NodeId id = 0; id < nodes_.size(); ++id)
    for (std::size_t slot = 0; slot < sources(id).size(); ++slot)
      readers[sources(id)[slot]].push_back({id, slot});
  for (NodePlan& plan : nodes_) plan.overwrites = plan.overwritable;
  while (!simulate_sharing(readers)) {
  }
  schedule_.restart();
  most_row_pointers_ = 0;
  for (NodeId id = 0; id < nodes_.size(); ++id)
    most_row_pointers_ = std::max(most_row_pointers_, row_pointers(id));
}

/// The same for the nodes that share rings now. False if one may not: then it has a ring of its own from now
/// on, and what was found does not count. Whether the others may does not depend on it.
FCN_INLINE bool Plan::simulate_sharing(const std::vector<std::vector<Reader>>& readers) {
  std::vector<std::vector<Reader>> ring_readers(nodes_.size());
  for (NodeId id = 0; id < nodes_.size(); ++id) {
    NodePlan& plan = nodes_[id];
    plan.ring = plan.overwrites ? nodes_[*plan.overwrites].ring : id;
    plan.use = {};
    if (!plan.fused_into) plan.most_rows = plan.ring_rows = 0;
    std::vector<Reader>& all = ring_readers[plan.ring];
    all.insert(all.end(), readers[id].begin(), readers[id].end());
  }
  bool possible = true;
  std::int64_t now = 0;
  schedule_.restart();
  for (RowStep step; schedule_.next(step); ++now) {
    NodePlan& plan = nodes_[step.node];
    for (const NodeId from : sources(step.node)) nodes_[nodes_[from].ring].use.extend(now);
    if (plan.fused_conv) nodes_[*plan.fused_conv].use.extend(now);
    nodes_[plan.ring].use.extend(now);
    plan.most_rows = std::max(plan.most_rows, step.end - step.begin);
    if (plan.overwrites) {
      if (may_overwrite_in(step, readers[*plan.overwrites])) continue;
      plan.overwrites.reset();
      possible = false;
    }
    int oldest = step.begin;
    for (const Reader& reader : ring_readers[step.node])
      oldest = std::min(oldest, schedule_.first_row_needed(reader.node, reader.slot));
    plan.ring_rows = plan.gathers ? 1 : std::max(plan.ring_rows, step.end - oldest);
  }
  return possible;
}

namespace detail {

/// Which ring was the last in each part of the arena.
class LastRings {
 public:
  /// Notes that a ring now takes [begin, end). True if that held one that lay there alike, whole.
  bool replace(std::uint64_t begin, std::uint64_t end, const NodePlan& ring) {
    const auto same = rings_.find(begin);
    const bool alike = same != rings_.end() && same->second.end == end && lie_alike(*same->second.ring, ring);
    auto at = rings_.upper_bound(begin);
    if (at != rings_.begin() && std::prev(at)->second.end > begin) --at;
    while (at != rings_.end() && at->first < end) at = rings_.erase(at);
    rings_.emplace(begin, Held{end, &ring});
    return alike;
  }

 private:
  struct Held {
    std::uint64_t end;
    const NodePlan* ring;
  };
  static bool lie_alike(const NodePlan& a, const NodePlan& b) {
    return a.shape.width == b.shape.width && a.margin_left == b.margin_left &&
           a.pixel_stride == b.pixel_stride && a.image_stride == b.image_stride && !a.fused_into &&
           !b.fused_into;
  }

  std::map<std::uint64_t, Held> rings_;  // by their first float; what another has cut into is left out
};

}  // namespace detail

/// Offsets of the rings, and where they end.
FCN_INLINE std::uint64_t Plan::lay_out_rings() {
  std::vector<NodeId> by_begin, by_end;
  for (NodeId id = 0; id < nodes_.size(); ++id)
    if (nodes_[id].ring == id) by_begin.push_back(id);
  by_end = by_begin;
  const auto use = [&](NodeId id) -> const RingUse& { return nodes_[id].use; };
  std::sort(by_begin.begin(), by_begin.end(),
            [&](NodeId a, NodeId b) { return std::pair(use(a).begin, a) < std::pair(use(b).begin, b); });
  std::sort(by_end.begin(), by_end.end(),
            [&](NodeId a, NodeId b) { return std::pair(use(a).last, a) < std::pair(use(b).last, b); });
  ArenaLayout layout;
  detail::LastRings last;
  auto ending = by_end.begin();
  for (const NodeId id : by_begin) {
    for (; use(*ending).last < use(id).begin; ++ending)
      layout.give_back(nodes_[*ending].ring_offset, nodes_[*ending].ring_floats());
    const std::uint64_t floats = nodes_[id].ring_floats(), offset = layout.take(floats);
    nodes_[id].ring_offset = static_cast<std::size_t>(offset);
    nodes_[id].finds_margins = last.replace(offset, offset + floats, nodes_[id]);
  }
  for (NodePlan& plan : nodes_) {
    plan.ring_rows = nodes_[plan.ring].ring_rows;
    plan.ring_offset = nodes_[plan.ring].ring_offset;
  }
  return layout.end();
}

FCN_INLINE Status Plan::place_rings(const Limits& limits) {
  // Rows are below max_run_bytes and at most 2^31, so the sum of a graph fits 64 bits.
  std::uint64_t floats = lay_out_rings();
  std::ptrdiff_t longest_row = 0;
  for (const NodePlan& plan : nodes_) longest_row = std::max(longest_row, plan.row_stride);
  zero_offset_ = static_cast<std::size_t>(floats);
  floats += static_cast<std::uint64_t>(longest_row);
  scratch_offset_ = static_cast<std::size_t>(floats);
  floats += std::uint64_t{scratch_floats_} * static_cast<std::uint64_t>(options_.threads);
  if (floats > limits.max_run_bytes / sizeof(float))
    return Error{ErrorCode::limit_exceeded,
                 "running this picture needs more than the " + std::to_string(limits.max_run_bytes >> 20) +
                     " MiB allowed; use a smaller picture or raise the limit",
                 ""};
  arena_floats_ = static_cast<std::size_t>(floats);
  return {};
}

}  // namespace fcn::inline FCN_ABI

// SPDX-License-Identifier: MIT
// How much of a run's arithmetic is done, for the caller's hook.
#pragma once

#include <cstdint>

#include "fcn/run/plan.hpp"
#include "fcn/run_hooks.hpp"

namespace fcn::inline FCN_ABI {

/// Counts the work of steps, and tells the hooks.
class RunProgress {
 public:
  RunProgress(const Plan& plan, const RunHooks& hooks) : plan_(plan), hooks_(hooks) {
    if (hooks_.progress == nullptr) return;
    for (NodeId id = 0; id < plan.size(); ++id)
      if (!plan.node(id).fused_into) all_ += row_work(id) * static_cast<std::uint64_t>(worked_on(id).height);
  }

  void made(const RowStep& step) {
    if (hooks_.progress == nullptr) return;
    done_ += row_work(step.node) * static_cast<std::uint64_t>(step.end - step.begin);
    hooks_.progress(hooks_.context, static_cast<double>(done_) / static_cast<double>(all_));
  }

 private:
  /// The feature map whose rows the node's steps count.
  [[nodiscard]] const Shape& worked_on(NodeId id) const {
    return plan_.node(plan_.node(id).gathers ? plan_.graph().nodes[id].inputs[0] : id).shape;
  }
  /// Multiply-adds and values of a row, rounded up.
  [[nodiscard]] std::uint64_t row_work(NodeId id) const {
    const NodePlan& node = plan_.node(id);
    const Shape& shape = worked_on(id);
    const std::uint64_t adds =
        node.multiply_adds + (node.fused_conv ? plan_.node(*node.fused_conv).multiply_adds : 0);
    return adds / static_cast<std::uint64_t>(shape.height) +
           static_cast<std::uint64_t>(shape.width) * static_cast<std::uint64_t>(shape.channels);
  }

  const Plan& plan_;
  const RunHooks& hooks_;
  std::uint64_t all_ = 0;
  std::uint64_t done_ = 0;
};

}  // namespace fcn::inline FCN_ABI

// SPDX-License-Identifier: MIT
// Definitions of run_memory.hpp: compiled into fcn::runtime, or inline where headers are used alone.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "fcn/run/run_memory.hpp"

namespace fcn::inline FCN_ABI {

FCN_INLINE RunMemory run_memory(const Plan& plan, MapUse use) {
  const Shape& map = plan.map_shape();
  const auto size = [](int value) { return static_cast<std::uint64_t>(value); };
  const NodePlan& output = plan.node(plan.graph().output);
  RunMemory memory;
  memory.rings = sizeof(float) * plan.zero_offset();
  memory.scratch = sizeof(float) * (plan.arena_floats() - plan.scratch_offset());
  if (use == MapUse::held)
    memory.map =
        sizeof(float) * size(plan.options().images) * size(map.channels) * size(map.height) * size(map.width);
  memory.rest = sizeof(float) *
                (plan.scratch_offset() - plan.zero_offset() + static_cast<std::uint64_t>(output.row_stride));
  return memory;
}

namespace detail {

/// Plans the picture with ever shorter steps while `go_on(plan)` holds; it may move the plan and end. An
/// Error only if no length gives a plan.
template <class GoOn>
Status plan_with_shorter_steps(const Model& model, const PlanOptions& options, const GoOn& go_on) {
  auto plan = Plan::lay_out(model, options);
  if (!plan) return plan.error();
  Status refused;
  bool planned = false;
  for (int pixels = longest_step(options.threads); pixels > 0; pixels /= 2) {
    if (Status taken = plan->take_steps(model, pixels); !taken) {
      refused = taken;
    } else {
      planned = true;
      if (!go_on(*plan)) return {};
    }
    if (options.band_rows != 0) break;  // the caller has chosen the steps
  }
  return planned ? Status() : refused;
}

}  // namespace detail

FCN_INLINE Result<std::uint64_t> smallest_run_bytes(const Model& model, const PlanOptions& options,
                                                    MapUse use) {
  std::uint64_t smallest = std::numeric_limits<std::uint64_t>::max();
  const Status planned = detail::plan_with_shorter_steps(model, options, [&](const Plan& plan) {
    smallest = std::min(smallest, run_memory(plan, use).total());
    return true;
  });
  if (!planned) return planned.error();
  return smallest;
}

FCN_INLINE Result<Plan> fit_plan(const Model& model, const PlanOptions& options, std::uint64_t max_bytes,
                                 MapUse use) {
  std::optional<Plan> fitting;
  std::uint64_t smallest = std::numeric_limits<std::uint64_t>::max();
  const Status planned = detail::plan_with_shorter_steps(model, options, [&](Plan& plan) {
    const std::uint64_t bytes = run_memory(plan, use).total();
    smallest = std::min(smallest, bytes);
    if (bytes <= max_bytes) fitting.emplace(std::move(plan));
    return !fitting;
  });
  if (!planned) return planned.error();
  if (!fitting)
    return Error{ErrorCode::limit_exceeded,
                 "running this picture needs at least " + std::to_string(smallest) + " bytes, " +
                     std::to_string(max_bytes) + " are allowed; use a smaller picture or raise the limit",
                 ""};
  return *std::move(fitting);
}

}  // namespace fcn::inline FCN_ABI

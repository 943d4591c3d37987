// SPDX-License-Identifier: MIT
// What a Session allocates to run a plan, to the byte, and the choice of a plan that fits into a given
// memory. Not here: the model's packed weights (Model::packed_bytes) and the picture, which are there before.
#pragma once

#include "fcn/model.hpp"
#include "fcn/result.hpp"
#include "fcn/run/plan.hpp"
#include "fcn/score_map.hpp"

namespace fcn::inline FCN_ABI {

/// Bytes that one session holds while it runs, as MemoryCount counts them.
struct RunMemory {
  std::uint64_t rings = 0;    ///< rows of all feature maps
  std::uint64_t scratch = 0;  ///< of all threads
  std::uint64_t map = 0;      ///< the scores of all images
  std::uint64_t rest = 0;     ///< a row of zeros for padding, a row of probabilities

  [[nodiscard]] std::uint64_t total() const { return rings + scratch + map + rest; }
};

RunMemory run_memory(const Plan& plan, MapUse use = MapUse::held);

/// The least that a session needs to run this picture, whatever its steps.
Result<std::uint64_t> smallest_run_bytes(const Model& model, const PlanOptions& options,
                                         MapUse use = MapUse::held);

/// The plan with the longest steps that runs in `max_bytes` (RunMemory::total()). Shorter steps take less
/// memory and never change bits. ErrorCode::limit_exceeded if none fits.
Result<Plan> fit_plan(const Model& model, const PlanOptions& options, std::uint64_t max_bytes,
                      MapUse use = MapUse::held);

}  // namespace fcn::inline FCN_ABI

#ifndef FCN_COMPILED
#include "fcn/run/run_memory_inl.hpp"
#endif

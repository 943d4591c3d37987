// SPDX-License-Identifier: MIT
// How much a run computes, known from shapes alone, and whether that is within the limits. The unit is the
// multiply-add; what other layers do is counted as so many of them as take about the same time. Not here:
// the multiply-adds that reports show (plan_checks.hpp), which are those of convolutions only.
#pragma once

#include <cstdint>
#include <vector>

#include "fcn/graph/graph.hpp"
#include "fcn/limits.hpp"
#include "fcn/result.hpp"
#include "fcn/run/plan_checks.hpp"

namespace fcn::inline FCN_ABI {

/// Of a layer's map, for each value that it reads for each value that it writes. Kernels write whole quanta
/// of channels.
inline constexpr std::uint64_t kWorkPerValue = 32;
/// Of a layer's map, for each row, which is planned and scheduled.
inline constexpr std::uint64_t kWorkPerRow = 4096;
/// Pictures with fewer pixels may take as much as one with so many.
inline constexpr std::uint64_t kFewestPixels = 4096;

/// Work of one image. The greatest number of 64 bits stands for all that do not fit.
std::uint64_t work_of(const Graph& graph, const std::vector<Shape>& shapes);

/// ErrorCode::limit_exceeded if a run of the graph with these shapes takes more work than the limits allow
/// for the pixels of `area`.
/// Pictures that run side by side may each take that much.
Status check_work(const Graph& graph, const std::vector<Shape>& shapes, const PixelRect& area,
                  const Limits& limits);

}  // namespace fcn::inline FCN_ABI

#ifndef FCN_COMPILED
#include "fcn/run/work_inl.hpp"
#endif

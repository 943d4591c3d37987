// SPDX-License-Identifier: MIT
// How much an export's runs will compute, and on which kernels: the reference's if that takes a few seconds,
// else the fastest of this machine, which give the same bits (fcn/kernels/kernel_table.hpp); a smaller run of
// both then confirms that for this network. Not here: what is run and compared (export_model.cpp).
#pragma once

#include <cstdint>
#include <optional>

#include "fcn/graph/graph.hpp"
#include "fcn/kernels/kernel_table.hpp"
#include "fcn/model_info.hpp"
#include "fcn/result.hpp"

namespace fcn::tools {

/// Multiply-adds per second of the reference kernels, about, on a current core.
inline constexpr std::uint64_t kReferenceWorkPerSecond = 500'000'000;
/// The most that they are used for in one export.
inline constexpr std::uint64_t kReferenceWork = 3 * kReferenceWorkPerSecond;

/// Multiply-adds of one run on a picture of that size, with the taps of pools and one for every other value.
Result<std::uint64_t> count_work(const Graph& graph, Extent picture);

/// The kernels for runs of so much work together. An Error if FCN_FORCE_ARCH names no arch.
Result<const kernels::KernelTable*> kernels_for(std::uint64_t work);

/// Runs as much of the network as accepts a small picture with both tables, reference and `table`; gives the
/// picture's size, or nothing if even a small one is too much work. ErrorCode::mismatch if they differ.
Result<std::optional<Extent>> check_kernels(const Graph& graph, const ModelInfo& info,
                                            const kernels::KernelTable& table);

}  // namespace fcn::tools

// SPDX-License-Identifier: MIT
// The choice of a kernel table at run time, for programs that link fcn::runtime. Header-only embedders have
// native.hpp instead. Nothing here prints or ends the program.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fcn/kernels/kernel_table.hpp"

namespace fcn::kernels {

/// Every table that this CPU can run: the reference first, the best last.
const std::vector<const KernelTable*>& supported_tables();

/// The table of that arch, or null if there is none of the name or this CPU cannot run it.
const KernelTable* find_table(std::string_view arch);

/// A table, or null and why there is none, in one line.
struct TableChoice {
  const KernelTable* table = nullptr;
  std::string error;
};

/// The best table, or the one that the environment variable FCN_FORCE_ARCH names (reference, sse2, avx2,
/// avx512, neon). Forcing an arch that is unknown, or that this CPU cannot run, is an error that names the
/// valid ones.
TableChoice select_table();

/// The same with the forced name given; empty for the best.
TableChoice select_table(std::string_view forced);

}  // namespace fcn::kernels

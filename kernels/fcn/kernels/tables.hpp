// SPDX-License-Identifier: MIT
// The tables of fcn_runtime, one compiled per arch unit in arch/. They are constant data, so that naming one
// runs no code of its arch; calling through one does, and fcn/kernels/select.hpp says whether this CPU can.
#pragma once

#include "fcn/kernels/kernel_table.hpp"

namespace fcn::kernels {

extern const KernelTable table_reference;
#if defined(__x86_64__)
extern const KernelTable table_sse2;
extern const KernelTable table_avx2;
extern const KernelTable table_avx512;
#elif defined(__aarch64__)
extern const KernelTable table_neon;
#endif

}  // namespace fcn::kernels

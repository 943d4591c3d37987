// SPDX-License-Identifier: MIT
// The kernels of sse2, compiled with the flags that kernels/arch/archs.cmake lists for it, and nothing else.
#include "fcn/kernels/make_table.hpp"
#include "fcn/kernels/simd_xsimd.hpp"
#include "fcn/kernels/tables.hpp"

constinit const fcn::kernels::KernelTable fcn::kernels::table_sse2 =
    fcn::kernels::make_table<fcn::kernels::arch::sse2>();

// SPDX-License-Identifier: MIT
// The kernels of avx512, compiled with the flags that kernels/arch/archs.cmake lists for it, and nothing
// else.
#include "fcn/kernels/make_table.hpp"
#include "fcn/kernels/simd_avx512.hpp"
#include "fcn/kernels/tables.hpp"

constinit const fcn::kernels::KernelTable fcn::kernels::table_avx512 =
    fcn::kernels::make_table<fcn::kernels::arch::avx512>();

// SPDX-License-Identifier: MIT
// The kernels of avx2, compiled with the flags that kernels/arch/archs.cmake lists for it, and nothing else.
#include "fcn/kernels/make_table.hpp"
#include "fcn/kernels/simd_avx2.hpp"
#include "fcn/kernels/tables.hpp"

constinit const fcn::kernels::KernelTable fcn::kernels::table_avx2 =
    fcn::kernels::make_table<fcn::kernels::arch::avx2>();

// SPDX-License-Identifier: MIT
// native_table(): the kernels of the arch that the includer's own -m flags allow, compiled into the includer.
// This is what header-only embedders run; programs built for unknown machines link fcn::runtime and use
// fcn/kernels/select.hpp. Plain x86-64 flags mean SSE2, which is several times slower than AVX2 with FMA.
#pragma once

#include "fcn/kernels/kernel_table.hpp"

#if defined(__SSE2__) || defined(__aarch64__)
#include "fcn/kernels/make_table.hpp"
#else
#include "fcn/kernels/reference/table.hpp"
#endif
#if defined(__AVX512F__) && defined(__AVX512CD__) && defined(__AVX512DQ__) && defined(__AVX512BW__) && \
    defined(__AVX512VL__)
#include "fcn/kernels/simd_avx512.hpp"
#define FCN_NATIVE_TABLE make_table<arch::avx512>()
#elif defined(__AVX2__) && defined(__FMA__)
#include "fcn/kernels/simd_avx2.hpp"
#define FCN_NATIVE_TABLE make_table<arch::avx2>()
#elif defined(__aarch64__) || defined(__SSE2__)
#include "fcn/kernels/simd_xsimd.hpp"
#if defined(__aarch64__)
#define FCN_NATIVE_TABLE make_table<arch::neon>()
#else
#define FCN_NATIVE_TABLE make_table<arch::sse2>()
#endif
#else
#define FCN_NATIVE_TABLE reference::make_table()
#endif

namespace fcn::kernels {

// Static, so that each translation unit has the table of its own flags.
static inline const KernelTable& native_table() {
  static constexpr KernelTable table = FCN_NATIVE_TABLE;
  return table;
}

}  // namespace fcn::kernels

#undef FCN_NATIVE_TABLE

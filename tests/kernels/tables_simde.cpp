// SPDX-License-Identifier: MIT
// The one table under test is AVX-512's, compiled against SIMDe's emulation of its intrinsics. The four that
// SIMDe 0.7.4 does not have are here.
#define SIMDE_ENABLE_NATIVE_ALIASES
#include <simde/x86/avx512.h>

namespace {

inline simde__m512 maskz_loadu_ps(simde__mmask16 mask, const float* from) {
  float lanes[16] = {};
  for (unsigned j = 0; j < 16; ++j) {
    if ((mask >> j & 1) != 0) lanes[j] = from[j];
  }
  return simde_mm512_loadu_ps(lanes);
}

inline void mask_storeu_ps(float* to, simde__mmask16 mask, simde__m512 value) {
  float lanes[16];
  simde_mm512_storeu_ps(lanes, value);
  for (unsigned j = 0; j < 16; ++j) {
    if ((mask >> j & 1) != 0) to[j] = lanes[j];
  }
}

inline simde__m512i maskz_slli_epi32(simde__mmask16 mask, simde__m512i value, unsigned count) {
  return simde_mm512_maskz_mov_epi32(mask, simde_mm512_slli_epi32(value, count));
}

inline simde__m512 maskz_sqrt_ps(simde__mmask16 mask, simde__m512 value) {
  return simde_mm512_maskz_mov_ps(mask, simde_mm512_sqrt_ps(value));
}

}  // namespace

#define _mm512_maskz_loadu_ps maskz_loadu_ps
#define _mm512_mask_storeu_ps mask_storeu_ps
#define _mm512_maskz_slli_epi32 maskz_slli_epi32
#define _mm512_maskz_sqrt_ps maskz_sqrt_ps

#include "fcn/kernels/make_table.hpp"
#include "fcn/kernels/simd_avx512.hpp"
#include "fcn/kernels/tables.hpp"
#include "tests/kernels/kernel_check.hpp"

namespace fcn::test {

const KernelTable& reference_table() {
  return kernels::table_reference;
}

const std::vector<const KernelTable*>& tested_tables() {
  static constexpr KernelTable table = kernels::make_table<kernels::arch::avx512>();
  static const std::vector<const KernelTable*> tables = {&table};
  return tables;
}

}  // namespace fcn::test

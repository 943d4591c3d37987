// SPDX-License-Identifier: MIT
// The one table under test is AVX-512's, compiled against SIMDe's emulation of its intrinsics. Those that
// SIMDe 0.7.4 does not have are here, and the one that it rounds twice.
#define SIMDE_ENABLE_NATIVE_ALIASES
#include <simde/x86/avx512.h>

#include <cmath>

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

/// Lane 4 i + (the pair of bits number j % 4 of `order`), for j = 4 i + ...
inline simde__m512 maskz_permute_ps(simde__mmask16 mask, simde__m512 value, unsigned order) {
  float from[16], to[16];
  simde_mm512_storeu_ps(from, value);
  for (unsigned j = 0; j < 16; ++j) to[j] = from[j / 4 * 4 + (order >> j % 4 * 2 & 3)];
  return simde_mm512_maskz_mov_ps(mask, simde_mm512_loadu_ps(to));
}

/// Runs of four lanes: the lower two of a, the upper two of b.
inline simde__m512 maskz_shuffle_f32x4(simde__mmask16 mask, simde__m512 a, simde__m512 b, unsigned order) {
  float from[2][16], to[16];
  simde_mm512_storeu_ps(from[0], a);
  simde_mm512_storeu_ps(from[1], b);
  for (unsigned j = 0; j < 16; ++j) to[j] = from[j / 8][(order >> j / 4 * 2 & 3) * 4 + j % 4];
  return simde_mm512_maskz_mov_ps(mask, simde_mm512_loadu_ps(to));
}

inline simde__m512 maskz_scalef_ps(simde__mmask16 mask, simde__m512 value, simde__m512 powers) {
  float lanes[16], n[16];
  simde_mm512_storeu_ps(lanes, value);
  simde_mm512_storeu_ps(n, powers);
  for (unsigned j = 0; j < 16; ++j)
    if (!std::isnan(n[j])) lanes[j] = std::ldexp(lanes[j], static_cast<int>(n[j]));
  return simde_mm512_maskz_mov_ps(mask, simde_mm512_loadu_ps(lanes));
}

}  // namespace

#undef _mm512_maskz_scalef_ps
#define _mm512_maskz_permute_ps maskz_permute_ps
#define _mm512_maskz_shuffle_f32x4 maskz_shuffle_f32x4
#define _mm512_maskz_scalef_ps maskz_scalef_ps
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

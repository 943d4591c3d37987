// SPDX-License-Identifier: MIT
// Vec<arch::avx2>, straight on the intrinsics (simd_xsimd.hpp says why). Included only where these exist: in
// a unit compiled for AVX2 and FMA.
#pragma once

#include "fcn/kernels/simd.hpp"

#include <immintrin.h>

namespace fcn::kernels {

/// As Vec in simd_xsimd.hpp, which has the comments.
template <>
struct Vec<arch::avx2> {
  static constexpr std::size_t size = 8;
  static constexpr int width = 8;
  static constexpr bool scales = false;

  /// All bits of the lanes for which it holds.
  struct Mask {
    __m256 lanes;
  };

  __m256 lanes;

  FCN_FORCE_INLINE static Vec load(const float* from) { return {_mm256_loadu_ps(from)}; }
  FCN_FORCE_INLINE static Vec broadcast(float value) { return {_mm256_set1_ps(value)}; }
  FCN_FORCE_INLINE static Vec zero() { return {_mm256_setzero_ps()}; }
  FCN_FORCE_INLINE void store(float* to) const { _mm256_storeu_ps(to, lanes); }

  static constexpr std::int32_t first_masks[16] = {-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0};
  /// All bits of the first n lanes.
  FCN_FORCE_INLINE static __m256i first(int n) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(first_masks + 8 - n));
  }
  FCN_FORCE_INLINE static Vec load_first(const float* from, int n) {
    return {_mm256_maskload_ps(from, first(n))};
  }
  FCN_FORCE_INLINE void store_first(float* to, int n) const {
    float all[size];
    store(all);
    int j = 0;  // by fours as far as possible: the last register of every narrow group ends within
    for (; j + 4 <= n; j += 4) __builtin_memcpy(to + j, all + j, 4 * sizeof(float));
    for (; j < n; ++j) to[j] = all[j];
  }
  FCN_FORCE_INLINE Vec keep_first(int n) const {
    return {_mm256_and_ps(lanes, _mm256_castsi256_ps(first(n)))};
  }

  FCN_FORCE_INLINE friend Vec fma(Vec a, Vec b, Vec c) {
    return {_mm256_fmadd_ps(a.lanes, b.lanes, c.lanes)};
  }
  FCN_FORCE_INLINE friend Vec operator+(Vec a, Vec b) { return {_mm256_add_ps(a.lanes, b.lanes)}; }
  FCN_FORCE_INLINE friend Vec operator-(Vec a, Vec b) { return {_mm256_sub_ps(a.lanes, b.lanes)}; }
  FCN_FORCE_INLINE friend Vec operator*(Vec a, Vec b) { return {_mm256_mul_ps(a.lanes, b.lanes)}; }
  FCN_FORCE_INLINE friend Vec operator/(Vec a, Vec b) { return {_mm256_div_ps(a.lanes, b.lanes)}; }

  FCN_FORCE_INLINE friend Vec square_root(Vec a) { return {_mm256_sqrt_ps(a.lanes)}; }

  FCN_FORCE_INLINE friend Vec greater(Vec a, Vec b) { return {_mm256_max_ps(a.lanes, b.lanes)}; }
  FCN_FORCE_INLINE friend Vec greater_or_second(Vec a, Vec b) { return {_mm256_max_ps(a.lanes, b.lanes)}; }
  FCN_FORCE_INLINE friend Vec less_or_second(Vec a, Vec b) { return {_mm256_min_ps(a.lanes, b.lanes)}; }

  FCN_FORCE_INLINE friend Mask operator>(Vec a, Vec b) {
    return {_mm256_cmp_ps(a.lanes, b.lanes, _CMP_GT_OQ)};
  }
  FCN_FORCE_INLINE friend Mask is_nan(Vec a) { return {_mm256_cmp_ps(a.lanes, a.lanes, _CMP_UNORD_Q)}; }
  FCN_FORCE_INLINE static bool any(Mask mask) { return _mm256_movemask_ps(mask.lanes) != 0; }
  FCN_FORCE_INLINE static Mask either(Mask a, Mask b) { return {_mm256_or_ps(a.lanes, b.lanes)}; }
  FCN_FORCE_INLINE static Vec select(Mask mask, Vec yes, Vec no) {
    return {_mm256_blendv_ps(no.lanes, yes.lanes, mask.lanes)};
  }

  template <int C>
  FCN_FORCE_INLINE Vec spread_of_four() const {
    return {_mm256_permute_ps(lanes, C * 0x55)};
  }

  FCN_FORCE_INLINE Vec mantissa_to_exponent() const {
    return {_mm256_castsi256_ps(_mm256_slli_epi32(_mm256_castps_si256(lanes), 23))};
  }
};

}  // namespace fcn::kernels

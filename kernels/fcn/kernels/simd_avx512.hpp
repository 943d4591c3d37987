// SPDX-License-Identifier: MIT
// Vec<arch::avx512>, straight on the intrinsics (simd_xsimd.hpp says why). Included only where these exist:
// in a unit compiled for AVX-512, or in a test that replaces them by SIMDe's emulation.
#pragma once

#include "fcn/kernels/simd.hpp"

#if defined(__AVX512F__)
#include <immintrin.h>
#endif

namespace fcn::kernels {

/// As Vec in simd_xsimd.hpp, which has the comments.
template <>
struct Vec<arch::avx512> {
  using Mask = __mmask16;
  static constexpr std::size_t size = 16;
  static constexpr int width = 16;
  static constexpr bool scales = true;

  __m512 lanes;

  FCN_FORCE_INLINE static Vec load(const float* from) { return {_mm512_loadu_ps(from)}; }
  FCN_FORCE_INLINE static Vec broadcast(float value) { return {_mm512_set1_ps(value)}; }
  FCN_FORCE_INLINE static Vec zero() { return {_mm512_setzero_ps()}; }
  FCN_FORCE_INLINE void store(float* to) const { _mm512_storeu_ps(to, lanes); }

  FCN_FORCE_INLINE static Mask first(int n) { return static_cast<Mask>((1u << n) - 1u); }
  FCN_FORCE_INLINE static Vec load_first(const float* from, int n) {
    return {_mm512_maskz_loadu_ps(first(n), from)};
  }
  FCN_FORCE_INLINE void store_first(float* to, int n) const { _mm512_mask_storeu_ps(to, first(n), lanes); }
  FCN_FORCE_INLINE Vec keep_first(int n) const { return {_mm512_maskz_mov_ps(first(n), lanes)}; }

  FCN_FORCE_INLINE friend Vec fma(Vec a, Vec b, Vec c) {
    return {_mm512_fmadd_ps(a.lanes, b.lanes, c.lanes)};
  }
  FCN_FORCE_INLINE friend Vec operator+(Vec a, Vec b) { return {_mm512_add_ps(a.lanes, b.lanes)}; }
  FCN_FORCE_INLINE friend Vec operator-(Vec a, Vec b) { return {_mm512_sub_ps(a.lanes, b.lanes)}; }
  FCN_FORCE_INLINE friend Vec operator*(Vec a, Vec b) { return {_mm512_mul_ps(a.lanes, b.lanes)}; }
  FCN_FORCE_INLINE friend Vec operator/(Vec a, Vec b) { return {_mm512_div_ps(a.lanes, b.lanes)}; }

  FCN_FORCE_INLINE friend Vec square_root(Vec a) { return {_mm512_maskz_sqrt_ps(0xffff, a.lanes)}; }

  FCN_FORCE_INLINE friend Vec greater(Vec a, Vec b) {
    return {_mm512_maskz_max_ps(0xffff, a.lanes, b.lanes)};
  }
  FCN_FORCE_INLINE friend Vec greater_or_second(Vec a, Vec b) {
    return {_mm512_maskz_max_ps(0xffff, a.lanes, b.lanes)};
  }
  FCN_FORCE_INLINE friend Vec less_or_second(Vec a, Vec b) {
    return {_mm512_maskz_min_ps(0xffff, a.lanes, b.lanes)};
  }

  FCN_FORCE_INLINE friend Mask operator>(Vec a, Vec b) {
    return _mm512_cmp_ps_mask(a.lanes, b.lanes, _CMP_GT_OQ);
  }
  FCN_FORCE_INLINE friend Mask is_nan(Vec a) { return _mm512_cmp_ps_mask(a.lanes, a.lanes, _CMP_UNORD_Q); }
  FCN_FORCE_INLINE static bool any(Mask mask) { return mask != 0; }
  FCN_FORCE_INLINE static Mask either(Mask a, Mask b) { return static_cast<Mask>(a | b); }
  FCN_FORCE_INLINE static Vec select(Mask mask, Vec yes, Vec no) {
    return {_mm512_mask_blend_ps(mask, no.lanes, yes.lanes)};
  }

  /// Times 2^n for whole n, rounded once.
  FCN_FORCE_INLINE Vec scaled(Vec n) const { return {_mm512_maskz_scalef_ps(0xffff, lanes, n.lanes)}; }

  template <int C>
  FCN_FORCE_INLINE Vec spread_of_four() const {
    return {_mm512_maskz_permute_ps(0xffff, lanes, C * 0x55)};
  }
  /// In each run of eight lanes, its first (High false) or last four twice.
  template <bool High>
  FCN_FORCE_INLINE Vec half_of_eight() const {
    return {_mm512_maskz_shuffle_f32x4(0xffff, lanes, lanes, High ? 0xf5 : 0xa0)};
  }

  FCN_FORCE_INLINE Vec mantissa_to_exponent() const {
    // Zero-masking with every lane kept, since the plain form warns of an uninitialised value (GCC bug
    // 105593).
    return {_mm512_castsi512_ps(_mm512_maskz_slli_epi32(0xffff, _mm512_castps_si512(lanes), 23))};
  }
};

}  // namespace fcn::kernels

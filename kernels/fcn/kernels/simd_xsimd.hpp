// SPDX-License-Identifier: MIT
// Vec<Arch> of SSE2 and NEON, in terms of xsimd, which only this file includes. SSE2 has no fused
// multiply-add: its bits differ. AVX2 and AVX-512 use intrinsics, because the layers below xsimd's calls were
// a quarter of the time to compile AVX2's unit, and xsimd 8.1's fma is no fused multiply-add on AVX-512.
#pragma once

#include "fcn/kernels/simd.hpp"

#include <cstddef>
#include <cstdint>

#include <xsimd/xsimd.hpp>

namespace fcn::kernels {

template <class Arch>
struct XsimdArch;
template <>
struct XsimdArch<arch::sse2> {
  using type = xsimd::sse2;
};
template <>
struct XsimdArch<arch::neon> {
  using type = xsimd::neon64;
};

template <class Arch>
struct Vec {
  using Batch = xsimd::batch<float, typename XsimdArch<Arch>::type>;
  using Mask = xsimd::batch_bool<float, typename XsimdArch<Arch>::type>;
  static constexpr std::size_t size = Batch::size;  // for array bounds
  static constexpr int width = static_cast<int>(size);
  static constexpr bool scales = false;  ///< has scaled(n)

  Batch lanes;

  FCN_FORCE_INLINE static Vec load(const float* from) { return {Batch::load_unaligned(from)}; }
  FCN_FORCE_INLINE static Vec broadcast(float value) { return {Batch(value)}; }
  FCN_FORCE_INLINE static Vec zero() { return {Batch(0.0f)}; }
  FCN_FORCE_INLINE void store(float* to) const { lanes.store_unaligned(to); }

  /// The first n lanes from memory, zeros after them; nothing past them is read.
  FCN_FORCE_INLINE static Vec load_first(const float* from, int n) {
    float padded[size] = {};
    copy_first(from, n, padded);
    return load(padded);
  }
  /// Writes the first n lanes and nothing past them.
  FCN_FORCE_INLINE void store_first(float* to, int n) const {
    float all[size];
    store(all);
    copy_first(all, n, to);
  }
  /// n floats, by fours as far as possible: the last register of every narrow group ends within.
  FCN_FORCE_INLINE static void copy_first(const float* from, int n, float* to) {
    int j = 0;
    for (; j + 4 <= n; j += 4) __builtin_memcpy(to + j, from + j, 4 * sizeof(float));
    for (; j < n; ++j) to[j] = from[j];
  }
  /// The first n lanes, zeros after them.
  FCN_FORCE_INLINE Vec keep_first(int n) const {
    float all[size];
    store(all);
    return load_first(all, n);
  }

  /// a * b + c, rounded once (twice on SSE2).
  FCN_FORCE_INLINE friend Vec fma(Vec a, Vec b, Vec c) { return {xsimd::fma(a.lanes, b.lanes, c.lanes)}; }
  FCN_FORCE_INLINE friend Vec operator+(Vec a, Vec b) { return {a.lanes + b.lanes}; }
  FCN_FORCE_INLINE friend Vec operator-(Vec a, Vec b) { return {a.lanes - b.lanes}; }
  FCN_FORCE_INLINE friend Vec operator*(Vec a, Vec b) { return {a.lanes * b.lanes}; }
  FCN_FORCE_INLINE friend Vec operator/(Vec a, Vec b) {
#if defined(__aarch64__)
    return {Batch(vdivq_f32(a.lanes, b.lanes))};  // xsimd 8.1 multiplies by an estimate of 1 / b
#else
    return {a.lanes / b.lanes};
#endif
  }

  /// Correctly rounded; NaN below 0.
  FCN_FORCE_INLINE friend Vec square_root(Vec a) {
#if defined(__aarch64__)
    return {Batch(vsqrtq_f32(a.lanes))};  // xsimd 8.1 multiplies by an estimate of its inverse
#else
    return {xsimd::sqrt(a.lanes)};
#endif
  }

  /// The greater of two numbers; which zero it gives, or what it makes of NaN, depends on the arch.
  FCN_FORCE_INLINE friend Vec greater(Vec a, Vec b) {
    return {xsimd::max(a.lanes, b.lanes)};
  }

  /// a > b ? a : b, and a < b ? a : b: the second if either is NaN or both are zeros. x86's maximum and
  /// minimum are just that; NEON's are not.
  FCN_FORCE_INLINE friend Vec greater_or_second(Vec a, Vec b) {
#if defined(__aarch64__)
    return select(a > b, a, b);
#else
    return {xsimd::max(a.lanes, b.lanes)};
#endif
  }
  FCN_FORCE_INLINE friend Vec less_or_second(Vec a, Vec b) {
#if defined(__aarch64__)
    return select(b > a, a, b);
#else
    return {xsimd::min(a.lanes, b.lanes)};
#endif
  }

  /// Comparisons with NaN are false.
  FCN_FORCE_INLINE friend Mask operator>(Vec a, Vec b) {
    return a.lanes > b.lanes;
  }
  /// Not a != a, which xsimd 8.1 compiles to an ordered comparison on AVX: false for NaN.
  FCN_FORCE_INLINE friend Mask is_nan(Vec a) {
    return xsimd::isnan(a.lanes);
  }
  FCN_FORCE_INLINE static bool any(Mask mask) {
    return xsimd::any(mask);
  }
  FCN_FORCE_INLINE static Mask either(Mask a, Mask b) {
    return a | b;
  }
  FCN_FORCE_INLINE static Vec select(Mask mask, Vec yes, Vec no) {
    return {xsimd::select(mask, yes.lanes, no.lanes)};
  }

  /// In each run of four lanes, lane C of it four times.
  template <int C>
  FCN_FORCE_INLINE Vec spread_of_four() const {
    return broadcast(lanes.get(C));
  }

  /// Each lane's bits moved up by 23: a number kept in a mantissa's lowest bits becomes an exponent.
  FCN_FORCE_INLINE Vec mantissa_to_exponent() const {
#if defined(__aarch64__)
    // xsimd 8.1's bitwise_cast goes through a table of function pointers here.
    return {Batch(vreinterpretq_f32_u32(vshlq_n_u32(vreinterpretq_u32_f32(lanes), 23)))};
#else
    const auto bits = xsimd::bitwise_cast<xsimd::batch<std::int32_t, typename XsimdArch<Arch>::type>>(lanes);
    return {xsimd::bitwise_cast<Batch>(bits << 23)};
#endif
  }
};

}  // namespace fcn::kernels

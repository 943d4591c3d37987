// SPDX-License-Identifier: MIT
// Vec<Arch>: one SIMD register of floats. Kernels are written in terms of it, and this is the only file
// that includes xsimd. Arch is a tag (arch::avx2 ...), so every function compiled from a kernel carries its
// arch in its symbol and the linker cannot mix the bodies of two archs.
//
// AVX-512 has its own Vec in simd_avx512.hpp: xsimd 8.1's fma is a multiplication and an addition there. Its
// plain avx2 tag fuses nothing either, hence fma3<avx2>. SSE2 has no fused multiply-add; its bits differ.
#pragma once

#include <cstddef>
#include <cstdint>

#include <xsimd/xsimd.hpp>

#if defined(__AVX__)
#include <immintrin.h>
#endif

/// For functions that must be inlined: a register that crosses a call is a register in memory.
#define FCN_FORCE_INLINE __attribute__((always_inline)) inline
#define FCN_INLINE_LAMBDA __attribute__((always_inline))

namespace fcn::kernels {

namespace arch {
struct sse2 {
  static constexpr const char* name = "sse2";
};
struct avx2 {
  static constexpr const char* name = "avx2";
};
struct avx512 {
  static constexpr const char* name = "avx512";
};
struct neon {
  static constexpr const char* name = "neon";
};
}  // namespace arch

template <class Arch>
struct XsimdArch;
template <>
struct XsimdArch<arch::sse2> {
  using type = xsimd::sse2;
};
template <>
struct XsimdArch<arch::avx2> {
  using type = xsimd::fma3<xsimd::avx2>;
};
template <>
struct XsimdArch<arch::neon> {
  using type = xsimd::neon64;
};

/// One register of floats. Pointers need no alignment. "The first n lanes" allows 0 <= n <= width.
template <class Arch>
struct Vec {
  using Batch = xsimd::batch<float, typename XsimdArch<Arch>::type>;
  using Mask = xsimd::batch_bool<float, typename XsimdArch<Arch>::type>;
  static constexpr std::size_t size = Batch::size;  // for array bounds
  static constexpr int width = static_cast<int>(size);
  static constexpr bool scales = false;  ///< has scaled(n)

  Batch lanes;

#if defined(__AVX__)
  static constexpr std::int32_t first_masks[16] = {-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0};
  /// All bits of the first n of eight lanes.
  FCN_FORCE_INLINE static __m256i first(int n) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(first_masks + 8 - n));
  }
#endif

  FCN_FORCE_INLINE static Vec load(const float* from) {
    return {Batch::load_unaligned(from)};
  }
  FCN_FORCE_INLINE static Vec broadcast(float value) {
    return {Batch(value)};
  }
  FCN_FORCE_INLINE static Vec zero() {
    return {Batch(0.0f)};
  }
  FCN_FORCE_INLINE void store(float* to) const {
    lanes.store_unaligned(to);
  }

  /// The first n lanes from memory, zeros after them; nothing past them is read.
  FCN_FORCE_INLINE static Vec load_first(const float* from, int n) {
#if defined(__AVX__)
    if constexpr (size == 8) return {Batch(_mm256_maskload_ps(from, first(n)))};
#endif
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
#if defined(__AVX__)
    if constexpr (size == 8) return {Batch(_mm256_and_ps(lanes, _mm256_castsi256_ps(first(n))))};
#endif
    float all[size];
    store(all);
    return load_first(all, n);
  }

  /// a * b + c, rounded once (twice on SSE2).
  FCN_FORCE_INLINE friend Vec fma(Vec a, Vec b, Vec c) {
    return {xsimd::fma(a.lanes, b.lanes, c.lanes)};
  }
  FCN_FORCE_INLINE friend Vec operator+(Vec a, Vec b) {
    return {a.lanes + b.lanes};
  }
  FCN_FORCE_INLINE friend Vec operator-(Vec a, Vec b) {
    return {a.lanes - b.lanes};
  }
  FCN_FORCE_INLINE friend Vec operator*(Vec a, Vec b) {
    return {a.lanes * b.lanes};
  }
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
#if defined(__AVX__)
    if constexpr (size == 8) return {Batch(_mm256_permute_ps(lanes, C * 0x55))};
#endif
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

/// Calls f.operator()<0>() ... <N - 1>(): a loop whose index is a constant, so that arrays of registers that
/// it indexes become registers. (Unrolling left to the optimiser came too late for that in GCC 12.)
template <class Arch, std::size_t N, std::size_t I = 0, class F>
FCN_FORCE_INLINE void unroll(F&& f) {
  if constexpr (I < N) {
    f.template operator()<I>();
    unroll<Arch, N, I + 1>(f);
  }
}

/// x > 0 ? x : 0; NaN and -0 become +0.
template <class Arch>
FCN_FORCE_INLINE Vec<Arch> relu(Vec<Arch> x) {
  return greater_or_second(x, Vec<Arch>::zero());
}

/// The same with a ceiling: the relu of a convolution. An infinite ceiling changes nothing.
template <class Arch>
FCN_FORCE_INLINE Vec<Arch> relu_up_to(Vec<Arch> x, Vec<Arch> ceiling) {
  return less_or_second(relu<Arch>(x), ceiling);
}

}  // namespace fcn::kernels

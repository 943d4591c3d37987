// SPDX-License-Identifier: MIT
// Vec<Arch>: one SIMD register of floats, and what kernels need around it. Arch is a tag (arch::avx2 ...), so
// that every function compiled from a kernel carries its arch in its symbol and the linker cannot mix the
// bodies of two archs. Vec itself is in simd_avx2.hpp, simd_avx512.hpp and, for the other archs,
// simd_xsimd.hpp, which describes its functions: a unit includes the one of its arch.
#pragma once

#include <cstddef>
#include <utility>

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

/// One register of floats. Pointers need no alignment. "The first n lanes" allows 0 <= n <= width.
template <class Arch>
struct Vec;

template <class Arch, class F, std::size_t... I>
FCN_FORCE_INLINE void unroll_over(F& f, std::index_sequence<I...>) {
  (f.template operator()<I>(), ...);
}

/// Calls f.operator()<0>() ... <N - 1>(): a loop whose index is a constant, so that arrays of registers that
/// it indexes become registers. (Unrolling left to the optimiser came too late for that in GCC 12.) Not a
/// recursion: compilers would copy the rest of the loop at each level.
template <class Arch, std::size_t N, class F>
FCN_FORCE_INLINE void unroll(F&& f) {
  unroll_over<Arch>(f, std::make_index_sequence<N>{});
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

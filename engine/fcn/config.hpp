// SPDX-License-Identifier: MIT
// Build configuration of the engine: the version, the assert for broken inner contracts, and the inline
// namespace that keeps translation units compiled with different instruction-set flags apart.
// Not here: run-time limits (limits.hpp) and anything about a particular arch (kernels/).
#pragma once

// Results are specified to the bit, NaN and infinity included. These flags let a compiler reorder sums and
// assume that there is no NaN: the kernels' exponential and their sums were silently wrong.
#if defined(__FAST_MATH__) || defined(__ASSOCIATIVE_MATH__) || defined(__RECIPROCAL_MATH__) || \
    (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__)
#error "fcn gives wrong scores under -ffast-math, -Ofast and the flags they stand for: compile without them"
#endif

#define FCN_VERSION_MAJOR 0
#define FCN_VERSION_MINOR 1
#define FCN_VERSION_PATCH 0
#define FCN_VERSION "0.1.0"

// The library is compiled once (FCN_COMPILED, which its CMake target sets) or used as headers alone.
#if defined(FCN_COMPILED)
#define FCN_INLINE
#else
#define FCN_INLINE inline
#endif

// Asserts guard contracts between parts of this library. Headers alone follow NDEBUG; the compiled library
// was built with them or without, and FCN_ENABLE_ASSERTS, which its target hands on, says which.
#if !defined(FCN_ENABLE_ASSERTS) && !defined(FCN_COMPILED) && !defined(NDEBUG)
#define FCN_ENABLE_ASSERTS
#endif
#if defined(FCN_ENABLE_ASSERTS)
#define FCN_ABI_NAME(name) name##_asserts
#else
#define FCN_ABI_NAME(name) name
#endif

// Two translation units that use the headers alone with different -m flags would hold two bodies of one
// inline function, and the linker would keep either: an AVX-512 copy could end up on a machine without it.
// With the flags and the asserts in the mangled name such a mix becomes an undefined symbol at link time
// instead.
#if defined(FCN_COMPILED)
#define FCN_ABI FCN_ABI_NAME(abi_compiled)
#elif defined(__AVX512F__)
#define FCN_ABI FCN_ABI_NAME(abi_avx512)
#elif defined(__AVX2__) && defined(__FMA__)
#define FCN_ABI FCN_ABI_NAME(abi_avx2)
#elif defined(__aarch64__)
#define FCN_ABI FCN_ABI_NAME(abi_neon)
#else
#define FCN_ABI FCN_ABI_NAME(abi_baseline)
#endif

// FCN_ASSERT must never see a number that came from a file: those are checked with an Error (result.hpp) in
// every build.
#if defined(FCN_ENABLE_ASSERTS)
#include <cassert>
#define FCN_ASSERT(condition) assert(condition)
#else
#define FCN_ASSERT(condition) static_cast<void>(0)
#endif

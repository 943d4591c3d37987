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

// The engine is header-only. Two translation units built with different -m flags would otherwise hold two
// bodies of one inline function, and the linker would keep either: an AVX-512 copy could end up on a machine
// without it. With the flags in the mangled name such a mix becomes an undefined symbol at link time instead.
#if defined(__AVX512F__)
#define FCN_ABI abi_avx512
#elif defined(__AVX2__) && defined(__FMA__)
#define FCN_ABI abi_avx2
#elif defined(__aarch64__)
#define FCN_ABI abi_neon
#else
#define FCN_ABI abi_baseline
#endif

// FCN_ASSERT guards contracts between parts of this library. It must never see a number that came from a
// file: those are checked with an Error (result.hpp) in every build.
#if defined(FCN_ENABLE_ASSERTS) || !defined(NDEBUG)
#include <cassert>
#define FCN_ASSERT(condition) assert(condition)
#else
#define FCN_ASSERT(condition) static_cast<void>(0)
#endif

// SPDX-License-Identifier: MIT
// The multiply-add loop of one arch, FCN_PEAK_ARCH, compiled with that arch's flags. Once per arch.
#include "kernels/simd.hpp"

#if defined(__AVX512F__)
#include "kernels/simd_avx512.hpp"
#endif

#define FCN_JOIN(a, b) a##b
#define FCN_PEAK_FUNCTION(arch) FCN_JOIN(fcn_peak_, arch)

namespace {

// Enough independent sums to hide a latency of 4 or 5 cycles on two units, few enough for 16 registers.
constexpr std::size_t kSums = 12;

}  // namespace

/// Multiply-adds of `rounds` rounds; returns how many, and leaves the sums where the compiler must compute
/// them.
extern "C" long FCN_PEAK_FUNCTION(FCN_PEAK_ARCH)(long rounds, float* sink) {
  using Arch = fcn::kernels::arch::FCN_PEAK_ARCH;
  using V = fcn::kernels::Vec<Arch>;
  V sums[kSums];
  const V factor = V::broadcast(sink[0]), term = V::broadcast(sink[1]);
  // Different starts: the compiler would keep one of twelve equal sums.
  fcn::kernels::unroll<Arch, kSums>([&]<std::size_t I>()
                                        FCN_INLINE_LAMBDA { sums[I] = V::broadcast(sink[I]); });
  for (long round = 0; round < rounds; ++round) {
    fcn::kernels::unroll<Arch, kSums>([&]<std::size_t I>()
                                          FCN_INLINE_LAMBDA { sums[I] = fma(sums[I], factor, term); });
  }
  V total = sums[0];
  fcn::kernels::unroll<Arch, kSums>([&]<std::size_t I>() FCN_INLINE_LAMBDA { total = total + sums[I]; });
  total.store(sink);
  return rounds * static_cast<long>(kSums) * V::width;
}

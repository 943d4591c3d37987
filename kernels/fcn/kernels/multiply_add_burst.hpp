// SPDX-License-Identifier: MIT
// The processor's peak: multiply-adds on registers alone, the yardstick of profiles and benchmarks. Not here:
// timing it (fcn/run/fma_peak.hpp).
#pragma once

#include <cstddef>

#include "fcn/kernels/simd.hpp"

namespace fcn::kernels {

template <class Arch>
long multiply_add_burst_f32(long rounds, float* sink) {
  // Enough independent sums to hide a latency of 4 or 5 cycles on two units, few enough for 16 registers.
  constexpr std::size_t sums_count = 12;
  using V = Vec<Arch>;
  V sums[sums_count];
  const V factor = V::broadcast(sink[0]), term = V::broadcast(sink[1]);
  // Different starts: the compiler would keep one of twelve equal sums.
  unroll<Arch, sums_count>([&]<std::size_t I>() FCN_INLINE_LAMBDA { sums[I] = V::broadcast(sink[I]); });
  for (long round = 0; round < rounds; ++round) {
    unroll<Arch, sums_count>([&]<std::size_t I>()
                                 FCN_INLINE_LAMBDA { sums[I] = fma(sums[I], factor, term); });
  }
  V total = sums[0];
  unroll<Arch, sums_count>([&]<std::size_t I>() FCN_INLINE_LAMBDA { total = total + sums[I]; });
  total.store(sink);
  return rounds * static_cast<long>(sums_count) * V::width;
}

}  // namespace fcn::kernels

// SPDX-License-Identifier: MIT
// Walks over a pixel's channels as sixteen accumulators, whatever the register's width, so that a sum's bits
// are the same for every arch: accumulator j takes channels j, j + 16, ... The end, where halves meet, is
// here too.
#pragma once

#include <cstddef>

#include "fcn/kernels/kernel_table.hpp"
#include "fcn/kernels/simd.hpp"

namespace fcn::kernels {

inline constexpr int kSums = 16;

/// all[j] = step(all[j], a[c]) over its channels, beginning with `start`. Accumulators beyond the last
/// channels take `filler` instead, which must change nothing.
template <class Arch, class Step>
FCN_FORCE_INLINE void gather_sixteen(const float* a, int channels, float start, float filler,
                                     float (&all)[kSums], Step&& step) {
  using V = Vec<Arch>;
  constexpr std::size_t registers = kSums / V::size;
  V gathered[registers];
  const auto take = [&](const float* block) FCN_INLINE_LAMBDA {
    unroll<Arch, registers>([&]<std::size_t J>() FCN_INLINE_LAMBDA {
      gathered[J] = step(gathered[J], V::load(block + J * V::size));
    });
  };
  unroll<Arch, registers>([&]<std::size_t J>() FCN_INLINE_LAMBDA { gathered[J] = V::broadcast(start); });
  int c = 0;
  for (; c + kSums <= channels; c += kSums) take(a + c);
  if (c < channels) {
    float last[kSums];
    for (int j = 0; j < kSums; ++j) last[j] = c + j < channels ? a[c + j] : filler;
    take(last);
  }
  unroll<Arch, registers>([&]<std::size_t J>() FCN_INLINE_LAMBDA { gathered[J].store(all + J * V::size); });
}

/// One of the sixteen: join(s[j], s[j + 8]), then + 4, + 2, + 1.
template <class Arch, class Join>
FCN_FORCE_INLINE float join_halves(float (&all)[kSums], Join&& join) {
  for (int half = kSums / 2; half > 0; half /= 2) {
    for (int j = 0; j < half; ++j) all[j] = join(all[j], all[j + half]);
  }
  return all[0];
}

template <class Arch>
FCN_FORCE_INLINE float channel_sum(const float* a, int channels) {
  using V = Vec<Arch>;
  float sums[kSums];
  gather_sixteen<Arch>(a, channels, 0.0f, 0.0f, sums, [](V sum, V x) FCN_INLINE_LAMBDA { return sum + x; });
  return join_halves<Arch>(sums, [](float s, float t) FCN_INLINE_LAMBDA { return s + t; });
}

}  // namespace fcn::kernels

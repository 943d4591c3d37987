// SPDX-License-Identifier: MIT
// The peak of naive loops: std::fma on a few scalars.
#pragma once

#include <cmath>
#include <cstddef>

namespace fcn::kernels::reference {

inline long multiply_add_burst_f32(long rounds, float* sink) {
  constexpr std::size_t sums_count = 12;
  float sums[sums_count];
  const float factor = sink[0], term = sink[1];
  for (std::size_t i = 0; i < sums_count; ++i) sums[i] = sink[i];
  for (long round = 0; round < rounds; ++round)
    for (float& sum : sums) sum = std::fma(sum, factor, term);
  for (std::size_t i = 0; i < sums_count; ++i) sink[i] = sums[i];
  return rounds * static_cast<long>(sums_count);
}

}  // namespace fcn::kernels::reference

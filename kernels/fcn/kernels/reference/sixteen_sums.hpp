// SPDX-License-Identifier: MIT
// Sixteen partial sums over a pixel's channels, or other accumulators, the truth of
// fcn/kernels/sixteen_sums.hpp.
#pragma once

namespace fcn::kernels::reference {

/// The accumulators of term(c), joined by halves: channel c goes to number c % 16, and then j is joined with
/// j + 8,
/// then + 4, + 2, + 1.
template <class Term, class Step, class Join>
float gather_sixteen(int channels, float start, Term term, Step step, Join join) {
  float all[16];
  for (float& each : all) each = start;
  for (int c = 0; c < channels; ++c) all[c % 16] = step(all[c % 16], term(c));
  for (int half = 8; half > 0; half /= 2) {
    for (int j = 0; j < half; ++j) all[j] = join(all[j], all[j + half]);
  }
  return all[0];
}

inline float channel_sum(const float* a, int channels) {
  const auto sum = [](float s, float t) { return s + t; };
  return gather_sixteen(
      channels, 0.0f, [&](int c) { return a[c]; }, sum, sum);
}

}  // namespace fcn::kernels::reference

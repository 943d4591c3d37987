// SPDX-License-Identifier: MIT
// The unit roundoff of float32 and what n roundings in a row amount to (Higham, "Accuracy and Stability of
// Numerical Algorithms", lemma 3.1).
#pragma once

namespace fcn::test {

inline constexpr double kUnitRoundoff = 0x1p-24;

inline double gamma_bound(double n) {
  return n * kUnitRoundoff / (1 - n * kUnitRoundoff);
}

}  // namespace fcn::test

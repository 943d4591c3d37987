// SPDX-License-Identifier: MIT
// Winograd's one-dimensional transforms, value by value: F(2, 3), F(4, 3), F(4, 3) of short tiles, and F(2,
// 3) of stride 2. fcn/kernels/winograd/transform.hpp states the same steps for registers. Used by
// winograd.hpp and winograd_rows.hpp.
#pragma once

#include <cmath>

namespace fcn::kernels::reference {

/// Which of the three: F(tile, 3) of a convolution's stride.
struct WinogradForm {
  int tile, stride;

  int taps() const { return (tile - 1) * stride + 3; }  ///< of an input tile, along each axis
  int filters() const { return tile + 2; }              ///< of a transformed filter, along each axis
  /// The value of a transformed filter that a point takes.
  int filter_of(int point) const { return point < filters() ? point : filters() - 1; }
};

/// B^T, in place; values lie `step` apart.
inline void winograd_input_line(WinogradForm form, float* x, int step) {
  const auto at = [&](int i) -> float& { return x[i * step]; };
  if (form.stride == 2) {
    const float t[5] = {at(0) - at(2), at(2), at(4) - at(2), at(1), at(3)};
    for (int i = 0; i < 5; ++i) at(i) = t[i];
    return;
  }
  if (form.tile == 2) {
    const float t[4] = {at(0) - at(2), at(1) + at(2), at(2) - at(1), at(1) - at(3)};
    for (int i = 0; i < 4; ++i) at(i) = t[i];
    return;
  }
  const float near_even = at(4) - at(2), near_odd = at(3) - at(1);
  const float far_even = std::fma(-4.0f, at(2), at(4)), far_odd = std::fma(-4.0f, at(1), at(3));
  const float t[6] = {std::fma(-4.0f, at(2) - at(0), near_even),
                      far_even + far_odd,
                      far_even - far_odd,
                      std::fma(2.0f, near_odd, near_even),
                      std::fma(-2.0f, near_odd, near_even),
                      std::fma(-4.0f, near_odd, at(5) - at(3))};
  for (int i = 0; i < 6; ++i) at(i) = t[i];
}

/// B^T down a column of a short tile of F(4, 3), in place: from the first four values to points 0, 1, 2
/// and 5.
inline void winograd_short_input_line(float* x, int step) {
  const auto at = [&](int i) -> float& { return x[i * step]; };
  const float t[6] = {4.0f * (at(0) - at(2)), at(1) + at(2), at(2) - at(1), 0.0f, 0.0f, at(3) - at(1)};
  for (int i = 0; i < 6; ++i) at(i) = t[i];
}

/// A^T down a column of such a tile, in place: the first two values are the result.
inline void winograd_short_output_line(float* m, int step) {
  const auto at = [&](int i) -> float& { return m[i * step]; };
  const float first = std::fma(-3.0f, at(1) + at(2), at(0));
  at(1) = std::fma(-3.0f, at(1) - at(2), at(5));
  at(0) = first;
}

/// A^T, in place: the first `tile` values are the result.
inline void winograd_output_line(WinogradForm form, float* m, int step) {
  const auto at = [&](int i) -> float& { return m[i * step]; };
  if (form.stride == 2) {
    const float y[2] = {(at(0) + at(1)) + at(3), (at(1) + at(2)) + at(4)};
    for (int i = 0; i < 2; ++i) at(i) = y[i];
    return;
  }
  if (form.tile == 2) {
    const float y[2] = {(at(0) + at(1)) + at(2), (at(1) - at(2)) - at(3)};
    for (int i = 0; i < 2; ++i) at(i) = y[i];
    return;
  }
  const float sum1 = at(1) + at(2), difference1 = at(1) - at(2);
  const float sum2 = at(3) + at(4), difference2 = at(3) - at(4);
  const float y[4] = {(at(0) + sum1) + sum2, std::fma(2.0f, difference2, difference1),
                      std::fma(4.0f, sum2, sum1), std::fma(8.0f, difference2, difference1) + at(5)};
  for (int i = 0; i < 4; ++i) at(i) = y[i];
}

/// G.
inline void winograd_filter_line(WinogradForm form, const double* g, double* u) {
  const double sum = g[0] + g[2];
  if (form.stride == 2) {
    u[0] = g[0], u[1] = sum, u[2] = g[2], u[3] = g[1];
    return;
  }
  if (form.tile == 2) {
    u[0] = g[0], u[1] = 0.5 * (sum + g[1]), u[2] = 0.5 * (sum - g[1]), u[3] = g[2];
    return;
  }
  const double weighted = g[0] + 4.0 * g[2];
  u[0] = 0.25 * g[0];
  u[1] = (-1.0 / 6.0) * (sum + g[1]), u[2] = (-1.0 / 6.0) * (sum - g[1]);
  u[3] = (1.0 / 24.0) * (weighted + 2.0 * g[1]), u[4] = (1.0 / 24.0) * (weighted - 2.0 * g[1]);
  u[5] = g[2];
}

}  // namespace fcn::kernels::reference

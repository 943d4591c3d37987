// SPDX-License-Identifier: MIT
// Winograd's one-dimensional transforms, value by value: F(2, 3), F(4, 3), F(4, 3) of short tiles, and F(2,
// 3) of stride 2. fcn/kernels/winograd/transform.hpp states the same steps for registers. Used by
// winograd.hpp and winograd_rows.hpp.
#pragma once

#include <cmath>

namespace fcn::kernels::reference {

/// The point s of F(4, 3): its points are 0, s, -s, 2 s, -2 s and infinity.
inline constexpr float kWinogradPoint = 0.75f;

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
  constexpr float s = kWinogradPoint, near = -s * s, far = -4 * s * s;
  const float near_even = std::fma(near, at(2), at(4)), near_odd = std::fma(near, at(1), at(3));
  const float far_even = std::fma(far, at(2), at(4)), far_odd = std::fma(far, at(1), at(3));
  const float t[6] = {std::fma(far, std::fma(near, at(0), at(2)), near_even),
                      std::fma(s, far_odd, far_even),
                      std::fma(-s, far_odd, far_even),
                      std::fma(2 * s, near_odd, near_even),
                      std::fma(-2 * s, near_odd, near_even),
                      std::fma(far, near_odd, std::fma(near, at(3), at(5)))};
  for (int i = 0; i < 6; ++i) at(i) = t[i];
}

/// B^T down a column of a short tile of F(4, 3), in place: from the first four values to points 0, 1, 2
/// and 5.
inline void winograd_short_input_line(float* x, int step) {
  const auto at = [&](int i) -> float& { return x[i * step]; };
  constexpr float s = kWinogradPoint, near = -s * s;
  const float t[6] = {(4 * near) * std::fma(near, at(0), at(2)),
                      std::fma(s, at(1), at(2)),
                      std::fma(-s, at(1), at(2)),
                      0.0f,
                      0.0f,
                      -near * std::fma(near, at(1), at(3))};
  for (int i = 0; i < 6; ++i) at(i) = t[i];
}

/// A^T down a column of such a tile, in place: the first two values are the result.
inline void winograd_short_output_line(float* m, int step) {
  const auto at = [&](int i) -> float& { return m[i * step]; };
  constexpr float factor = -3 * kWinogradPoint * kWinogradPoint;
  const float first = std::fma(factor, at(1) + at(2), at(0));
  at(1) = std::fma(factor, at(1) - at(2), at(5));
  at(0) = first;
}

/// What the transforms leave over of output (y, x), y + x = `place`.
inline float winograd_output_scale(WinogradForm form, int place) {
  float scale = 1;
  for (int i = 0; i < place && form.tile == 4; ++i) scale *= kWinogradPoint;
  return scale;
}

/// A^T but for that scale, in place: the first `tile` values are the result.
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
  constexpr double s = kWinogradPoint, s4 = s * s * s * s;
  const double square = s * s * g[2], near_odd = s * g[1], far_odd = 2.0 * near_odd;
  const double near_sum = g[0] + square, far_sum = g[0] + 4.0 * square;
  u[0] = (1.0 / (4.0 * s4)) * g[0];
  u[1] = (-1.0 / (6.0 * s4)) * (near_sum + near_odd), u[2] = (-1.0 / (6.0 * s4)) * (near_sum - near_odd);
  u[3] = (1.0 / (24.0 * s4)) * (far_sum + far_odd), u[4] = (1.0 / (24.0 * s4)) * (far_sum - far_odd);
  u[5] = (1.0 / (s * s * s)) * g[2];
}

}  // namespace fcn::kernels::reference

// SPDX-License-Identifier: MIT
// Winograd's one-dimensional transforms for F(2, 3) and F(4, 3), and for F(2, 3) of stride 2, each as the
// exact operations it takes: these are the bits. A two-dimensional transform applies them down every column
// first, then along every row. Their matrices stand beside the steps. How far rounding errors grow is derived
// in tests/kernels/winograd_check.hpp.
//
// The points of F(2, 3) are 0, 1, -1 and infinity (Lavin and Gray, CVPR 2016). Those of F(4, 3) are 0, s, -s,
// 2 s, -2 s and infinity, with s = 3/4 instead of their 1: errors against float64 are half as large, the
// largest a quarter (bench_accuracy), because no point's products are much larger than another's. All
// constants of the steps are exact. Points scaled by s are Lavin and Gray's matrices for lines whose value k
// is scaled by a power of s. Of inputs and filters that power is in the constants; that of output k, s^k, is
// left over, and the sum with the bias takes it in as a fused multiply-add: it costs nothing.
//
// Of stride 2, inputs and taps of odd number only ever meet each other, as do those of even number. The even
// ones are a convolution of stride 1 with two taps, F(2, 2) with the points 0, 1, infinity; the odd tap is
// multiplied as it is: 5 products for 2 outputs instead of 6, and nothing is scaled.
//
// A *short* tile of F(4, 3) has at most two rows in the map: the last row of tiles of every second map. Down
// its columns it takes F(2, 3) at the points that both have, 0, s, -s and infinity, so that a third of the
// products fall away and the same filters serve: what F(2, 3) would scale them by is taken into the other two
// transforms.
#pragma once

#include <cstddef>

#include "fcn/kernels/simd.hpp"

namespace fcn::kernels {

/// scale * value + added, of a scale known to the compiler.
template <class Arch>
FCN_FORCE_INLINE Vec<Arch> add_scaled(float scale, Vec<Arch> value, Vec<Arch> added) {
  return scale == 1.0f ? value + added : fma(Vec<Arch>::broadcast(scale), value, added);
}

/// The transforms of F(Tile, 3) of stride Stride: `input` is B^T, `output` is A^T, `filter` is G. An input
/// tile is `taps` long, an output tile `outputs`, a transformed filter `filters`; points past its end take
/// its last value too. `output` gives two rows at a time, those that `output_pairs` names and
/// that share their sums: of a whole tile's columns, two rows fit the registers that all would overflow.
/// `short_taps`, `short_points` (of `taps`), `short_input` and `short_output` are those of short tiles.
/// Output (i, j) of both transforms is still to be multiplied by `scale`[i + j].
template <class Arch, int Tile, int Stride>
struct WinogradTransform;

template <class Arch>
struct WinogradTransform<Arch, 2, 1> {
  static constexpr std::size_t taps = 4, filters = 4, outputs = 2;
  static constexpr float scale[2 * outputs - 1] = {1, 1, 1};
  using V = Vec<Arch>;

  FCN_FORCE_INLINE static void input(V (&x)[taps]) {
    const V t0 = x[0] - x[2];  //  1  0 -1  0
    const V t1 = x[1] + x[2];  //  0  1  1  0
    const V t2 = x[2] - x[1];  //  0 -1  1  0
    const V t3 = x[1] - x[3];  //  0  1  0 -1
    x[0] = t0, x[1] = t1, x[2] = t2, x[3] = t3;
  }

  static constexpr std::size_t output_pairs[1][2] = {{0, 1}};
  template <std::size_t Pair>
  FCN_FORCE_INLINE static void output(const V (&m)[taps], V& first, V& second) {
    first = (m[0] + m[1]) + m[2];   // 1  1  1  0
    second = (m[1] - m[2]) - m[3];  // 0  1 -1 -1
  }

  FCN_FORCE_INLINE static void filter(const double (&g)[3], double (&u)[filters]) {
    const double sum = g[0] + g[2];
    u[0] = g[0];                //   1    0    0
    u[1] = 0.5 * (sum + g[1]);  // 1/2  1/2  1/2
    u[2] = 0.5 * (sum - g[1]);  // 1/2 -1/2  1/2
    u[3] = g[2];                //   0    0    1
  }
};

template <class Arch>
struct WinogradTransform<Arch, 4, 1> {
  static constexpr std::size_t taps = 6, filters = 6, outputs = 4;
  using V = Vec<Arch>;

  static constexpr float s = 0.75f, s2 = s * s, s3 = s2 * s, s4 = s2 * s2;
  static constexpr float scale[2 * outputs - 1] = {1, s, s2, s3, s4, s3* s2, s3* s3};

  FCN_FORCE_INLINE static void input(V (&x)[taps]) {
    const V near_point = V::broadcast(s), minus_near_point = V::broadcast(-s);
    const V far_point = V::broadcast(2 * s), minus_far_point = V::broadcast(-2 * s);
    const V minus_near = V::broadcast(-s2), minus_far = V::broadcast(-4 * s2);
    const V near_even = fma(minus_near, x[2], x[4]), near_odd = fma(minus_near, x[1], x[3]);
    const V far_even = fma(minus_far, x[2], x[4]), far_odd = fma(minus_far, x[1], x[3]);
    const V t0 = fma(minus_far, fma(minus_near, x[0], x[2]), near_even);  // 4 s^4      0 -5 s^2     0  1  0
    const V t1 = fma(near_point, far_odd, far_even);                      //     0 -4 s^3 -4 s^2     s  1  0
    const V t2 = fma(minus_near_point, far_odd, far_even);                //     0  4 s^3 -4 s^2    -s  1  0
    const V t3 = fma(far_point, near_odd, near_even);                     //     0 -2 s^3   -s^2   2 s  1  0
    const V t4 = fma(minus_far_point, near_odd, near_even);               //     0  2 s^3   -s^2  -2 s  1  0
    const V t5 = fma(minus_far, near_odd, fma(minus_near, x[3], x[5]));   //     0  4 s^4   0   -5 s^2  0  1
    x[0] = t0, x[1] = t1, x[2] = t2, x[3] = t3, x[4] = t4, x[5] = t5;
  }

  static constexpr std::size_t output_pairs[2][2] = {{0, 2}, {1, 3}};
  template <std::size_t Pair>
  FCN_FORCE_INLINE static void output(const V (&m)[taps], V& first, V& second) {
    if constexpr (Pair == 0) {
      const V sum1 = m[1] + m[2], sum2 = m[3] + m[4];
      first = (m[0] + sum1) + sum2;                  //  1     1  1  1  1  0
      second = fma(V::broadcast(4.0f), sum2, sum1);  // s^2 x  0  1  1  4  4  0
    } else {
      const V difference1 = m[1] - m[2], difference2 = m[3] - m[4];
      first = fma(V::broadcast(2.0f), difference2, difference1);          //  s  x  0  1 -1  2 -2  0
      second = fma(V::broadcast(8.0f), difference2, difference1) + m[5];  // s^3 x  0  1 -1  8 -8  1
    }
  }

  static constexpr std::size_t short_taps = 4, short_outputs = 2;
  static constexpr std::ptrdiff_t short_points[short_taps] = {0, 1, 2, 5};
  FCN_FORCE_INLINE static void short_input(V (&x)[short_taps]) {
    const V minus_near = V::broadcast(-s2);
    const V t0 = V::broadcast(-4 * s2) * fma(minus_near, x[0], x[2]);  // 4 s^4     0 -4 s^2    0
    const V t1 = fma(V::broadcast(s), x[1], x[2]);                     //     0     s      1    0
    const V t2 = fma(V::broadcast(-s), x[1], x[2]);                    //     0    -s      1    0
    const V t3 = V::broadcast(s2) * fma(minus_near, x[1], x[3]);       //     0  -s^4      0  s^2
    x[0] = t0, x[1] = t1, x[2] = t2, x[3] = t3;
  }
  FCN_FORCE_INLINE static void short_output(const V (&m)[short_taps], V& first, V& second) {
    const V factor = V::broadcast(-3 * s2);
    first = fma(factor, m[1] + m[2], m[0]);   //      1 -3 s^2 -3 s^2  0
    second = fma(factor, m[1] - m[2], m[3]);  // s x  0 -3 s^2  3 s^2  1
  }

  FCN_FORCE_INLINE static void filter(const double (&g)[3], double (&u)[filters]) {
    constexpr double first_factor = 1.0 / (4.0 * s4), last_factor = 1.0 / s3;
    constexpr double near_factor = -1.0 / (6.0 * s4), far_factor = 1.0 / (24.0 * s4);
    const double square = s2 * g[2];
    const double near_sum = g[0] + square, near_odd = s * g[1];
    const double far_sum = g[0] + 4.0 * square, far_odd = 2.0 * near_odd;
    u[0] = first_factor * g[0];                  //   1/4     0     0  / s^4
    u[1] = near_factor * (near_sum + near_odd);  //  -1/6 -s /6 -s^2/6  / s^4
    u[2] = near_factor * (near_sum - near_odd);  //  -1/6  s /6 -s^2/6  / s^4
    u[3] = far_factor * (far_sum + far_odd);     //  1/24  s/12  s^2/6  / s^4
    u[4] = far_factor * (far_sum - far_odd);     //  1/24 -s/12  s^2/6  / s^4
    u[5] = last_factor * g[2];                   //     0     0     1   / s^3
  }
};

template <class Arch>
struct WinogradTransform<Arch, 2, 2> {
  static constexpr std::size_t taps = 5, filters = 4, outputs = 2;
  static constexpr float scale[2 * outputs - 1] = {1, 1, 1};
  using V = Vec<Arch>;

  FCN_FORCE_INLINE static void input(V (&x)[taps]) {
    const V t0 = x[0] - x[2];  //  1  0 -1  0  0
    const V t1 = x[2];         //  0  0  1  0  0
    const V t2 = x[4] - x[2];  //  0  0 -1  0  1
    const V t3 = x[1];         //  0  1  0  0  0
    const V t4 = x[3];         //  0  0  0  1  0
    x[0] = t0, x[1] = t1, x[2] = t2, x[3] = t3, x[4] = t4;
  }

  static constexpr std::size_t output_pairs[1][2] = {{0, 1}};
  template <std::size_t Pair>
  FCN_FORCE_INLINE static void output(const V (&m)[taps], V& first, V& second) {
    first = (m[0] + m[1]) + m[3];   // 1  1  0  1  0
    second = (m[1] + m[2]) + m[4];  // 0  1  1  0  1
  }

  FCN_FORCE_INLINE static void filter(const double (&g)[3], double (&u)[filters]) {
    u[0] = g[0];         // 1  0  0
    u[1] = g[0] + g[2];  // 1  0  1
    u[2] = g[2];         // 0  0  1
    u[3] = g[1];         // 0  1  0, twice
  }
};

}  // namespace fcn::kernels

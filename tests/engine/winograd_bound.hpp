// SPDX-License-Identifier: MIT
// What Winograd's transforms may add to the float32 error of a convolution, derived from their matrices.
//
// y = A^T [ sum over c of (G g G^T) * (B^T d B) ] A is computed with relative error gamma(m) in each of its
// products, so |error| <= gamma(m) |A^T| [ sum over c of |G||g||G^T| * |B^T||d||B| ] |A|. With |g| <=
// g_max(c) and |d| <= d_max(c) over the tile, the matrices shrink to their row sums, along one axis:
//   F(4x4), with s = 3/4: |B^T| 5.08 5.69 5.69 3.91 3.91 5.08, |G| 0.79 1.22 1.22 0.63 0.63 2.37, their
//   products 4.01 6.93 6.93 2.44 2.44 12.04, through |A^T|, whose rows are 1 1 1 1 1 0, 0 1 1 2 2 0 times s,
//   0 1 1 4 4 0 times s^2, and 0 1 1 8 8 1 times s^3, at most 27.5
//   down the columns of short tiles: |B^T| 3.52 1.75 1.75 0.88 at the points that remain, through |A^T| at
//   most 10
//   F(2x2) of stride 2: |B^T| 2 1 2 1 1, |G| 1 2 1 1 1, their products 2 2 2 1 1, through |A^T| at most 5
// and along both, the square. Along the rows of a 7 x 7 kernel each kernel row adds at most
//   F(4, 7) of stride 2: |B^T| and |G| of tests/kernels/winograd_rows_check.hpp, through |A^T| at most 139.4
// m counts the roundings on the way: C products summed (along rows, 2 for each channel and kernel row), the
// weights' at most 8 (tests/kernels/winograd_check.hpp), at most 8 in the input transform and 10 in the
// output transform, its scale, bias, residual.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "fcn/graph/conv_algorithm.hpp"
#include "tests/engine/naive_network.hpp"
#include "tests/engine/roundoff.hpp"

namespace fcn::test {

/// How much larger than |g| |d| the transforms make errors, summed over the kernel, and the products of an
/// input channel that are summed.
struct WinogradGrowth {
  double factor = 0;
  int products = 1;
};

inline WinogradGrowth winograd_growth(const Conv& op, ConvAlgorithm algorithm) {
  if (algorithm == ConvAlgorithm::rowwise) return {139.4 * op.kernel.y, 2 * op.kernel.y};
  return {algorithm == ConvAlgorithm::polyphase ? 5.0 * 5.0 : 27.5 * 27.5, 1};
}

/// The largest magnitude within reach of a tile that holds the pixel: 9 pixels on each side cover any tile of
/// up to 6 x 6, and one of four pixels of stride 2 under 7 taps.
inline Map largest_around(const Map& value, const Map& bound) {
  constexpr int kReach = 9;
  Map out(value.c, value.h, value.w);
  for (int c = 0; c < out.c; ++c)
    for (int y = 0; y < out.h; ++y)
      for (int x = 0; x < out.w; ++x)
        for (int v = std::max(0, y - kReach); v <= std::min(out.h - 1, y + kReach); ++v)
          for (int u = std::max(0, x - kReach); u <= std::min(out.w - 1, x + kReach); ++u)
            out.at(c, y, x) = std::max(out.at(c, y, x), std::abs(value.at(c, v, u)) + bound.at(c, v, u));
  return out;
}

/// Adds to `out` what the transforms of `op` may cost. Valid for kernels padded by half their size, where
/// output pixel (y, x) looks around input pixel (y, x) times the stride.
inline void add_winograd_error(const Conv& op, ConvAlgorithm algorithm, const Map& value, const Map& bound,
                               Map& out) {
  const Map largest = largest_around(value, bound);
  const WinogradGrowth growth = winograd_growth(op, algorithm);
  const double factor = growth.factor * gamma_bound(growth.products * op.in_channels + 29);
  const int area = op.kernel.y * op.kernel.x;
  for (int o = 0; o < out.c; ++o)
    for (int c = 0; c < op.in_channels; ++c) {
      const auto from = op.weights.begin() + (static_cast<std::ptrdiff_t>(o) * op.in_channels + c) * area;
      double weight = 0;
      for (int i = 0; i < area; ++i) weight = std::max(weight, std::abs(static_cast<double>(from[i])));
      for (int y = 0; y < out.h; ++y)
        for (int x = 0; x < out.w; ++x)
          out.at(o, y, x) += factor * weight * largest.at(c, y * op.stride.y, x * op.stride.x);
    }
}

}  // namespace fcn::test

// SPDX-License-Identifier: MIT
// What Winograd's transforms may add to the float32 error of a convolution, derived from their matrices.
//
// y = A^T [ sum over c of (G g G^T) * (B^T d B) ] A is computed with relative error gamma(m) in each of its
// products, so |error| <= gamma(m) |A^T| [ sum over c of |G||g||G^T| * |B^T||d||B| ] |A|. With |g| <=
// g_max(c) and |d| <= d_max(c) over the tile, the matrices shrink to their row sums, along one axis:
//   F(4x4): |B^T| 10 10 10 6 6 10, |G| 1/4 1/2 1/2 7/24 7/24 1, their products 2.5 5 5 1.75 1.75 10,
//   through |A^T| at most 48
//   F(2x2) of stride 2: |B^T| 2 1 2 1 1, |G| 1 2 1 1 1, their products 2 2 2 1 1, through |A^T| at most 5
// and along both, the square. m counts the roundings on the way: C products summed, the weights' at most 7
// (tests/kernels/winograd_check.hpp), at most 6 in the input transform and 10 in the output transform, bias,
// residual.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "engine/conv_algorithm.hpp"
#include "tests/engine/naive_network.hpp"
#include "tests/engine/roundoff.hpp"

namespace fcn::test {

inline double winograd_growth(ConvAlgorithm algorithm) {
  return algorithm == ConvAlgorithm::polyphase ? 5.0 * 5.0 : 48.0 * 48.0;
}

/// The largest magnitude within reach of a tile that holds the pixel: 5 pixels on each side cover any tile of
/// up to 6 x 6.
inline Map largest_around(const Map& value, const Map& bound) {
  constexpr int kReach = 5;
  Map out(value.c, value.h, value.w);
  for (int c = 0; c < out.c; ++c)
    for (int y = 0; y < out.h; ++y)
      for (int x = 0; x < out.w; ++x)
        for (int v = std::max(0, y - kReach); v <= std::min(out.h - 1, y + kReach); ++v)
          for (int u = std::max(0, x - kReach); u <= std::min(out.w - 1, x + kReach); ++u)
            out.at(c, y, x) = std::max(out.at(c, y, x), std::abs(value.at(c, v, u)) + bound.at(c, v, u));
  return out;
}

/// Adds to `out` what the transforms of `op` may cost. Valid for padding 1, where output pixel (y, x) looks
/// around input pixel (y, x) times the stride.
inline void add_winograd_error(const Conv& op, ConvAlgorithm algorithm, const Map& value, const Map& bound,
                               Map& out) {
  const Map largest = largest_around(value, bound);
  const double factor = winograd_growth(algorithm) * gamma_bound(op.in_channels + 25);
  for (int o = 0; o < out.c; ++o)
    for (int c = 0; c < op.in_channels; ++c) {
      const auto from = op.weights.begin() + (static_cast<std::ptrdiff_t>(o) * op.in_channels + c) * 9;
      double weight = 0;
      for (int i = 0; i < 9; ++i) weight = std::max(weight, std::abs(static_cast<double>(from[i])));
      for (int y = 0; y < out.h; ++y)
        for (int x = 0; x < out.w; ++x)
          out.at(o, y, x) += factor * weight * largest.at(c, y * op.stride.y, x * op.stride.x);
    }
}

}  // namespace fcn::test

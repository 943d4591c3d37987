// SPDX-License-Identifier: MIT
// Upsampling by bilinear kernels gives what a transposed convolution with those kernels gives, to its edges.
#include "tools/import/bilinear_upsampling.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "tests/engine/random_network.hpp"

using namespace fcn;
using namespace fcn::tools;
using namespace fcn::test;

namespace {

/// One axis of the bilinear_kernel() of "Dive into Deep Learning", section 14.11.
double kernel_tap(int tap, int size) {
  const int factor = (size + 1) / 2;
  const double center = size % 2 == 1 ? factor - 1 : factor - 0.5;
  return 1 - std::abs(tap - center) / factor;
}

/// ConvTranspose2d by its definition: each value puts its kernel on the result.
double transposed(const Map& map, int channel, int row, int col, int stride) {
  const int kernel = 2 * stride, pad = stride / 2;
  double sum = 0;
  for (int y = 0; y < map.h; ++y)
    for (int x = 0; x < map.w; ++x) {
      const int ky = row + pad - y * stride, kx = col + pad - x * stride;
      if (ky < 0 || kx < 0 || ky >= kernel || kx >= kernel) continue;
      sum += map.at(channel, y, x) * kernel_tap(ky, kernel) * kernel_tap(kx, kernel);
    }
  return sum;
}

}  // namespace

TEST_CASE("upsampling by bilinear kernels is the transposed convolution with them") {
  Random random(5);
  for (const int stride : {2, 4, 8, 32})
    for (const Extent size : {Extent{1, 1}, Extent{1, 4}, Extent{3, 2}}) {
      const Picture picture(random, size.y, size.x, 3);
      Graph g;
      const NodeId input = g.append("input", Input{3}, {});
      const NodeId last = append_bilinear_upsampling(g, "up", input, stride);
      CHECK(last == g.output);
      const Map in = picture.input({});
      const Map got = evaluate(g, in)[last];
      INFO("stride " << stride << ", map " << size.x << "x" << size.y);
      REQUIRE((got.c == 3 && got.h == size.y * stride && got.w == size.x * stride));
      double worst = 0;
      for (int c = 0; c < 3; ++c)
        for (int y = 0; y < got.h; ++y)
          for (int x = 0; x < got.w; ++x)
            worst = std::max(worst, std::abs(got.at(c, y, x) - transposed(in, c, y, x, stride)));
      CHECK(worst < 1e-12);
    }
}

TEST_CASE("pixels left out at the front make room for some that fade at the end") {
  Random random(6);
  const int stride = 8;
  const Map in = Picture(random, 2, 3, 1).input({});
  Graph g;
  const NodeId last = append_bilinear_upsampling(g, "up", g.append("input", Input{1}, {}), stride, {3, 0});
  const Map got = evaluate(g, in)[last];
  REQUIRE((got.h == 2 * stride + stride - 3 && got.w == 3 * stride));
  for (int y = 0; y < got.h; ++y)
    for (int x = 0; x < got.w; ++x)
      CHECK(got.at(0, y, x) == Approx(transposed(in, 0, y + 3, x, stride)).margin(1e-12));
}

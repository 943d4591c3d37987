// SPDX-License-Identifier: MIT
// A transposed convolution with bilinear kernels, as an interpolation, gives at every pixel, edges included,
// what the convolution of a map with zeros in between gives; with other kernels it stays a convolution.
#include "tools/import/interpolating_kernels.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "tests/engine/random_network.hpp"

using namespace fcn;
using namespace fcn::tools;
using namespace fcn::test;

namespace {

/// Along an axis, as Dive into Deep Learning's bilinear_kernel computes it in float32.
float bilinear(int kernel, int tap) {
  const auto factor = static_cast<float>((kernel + 1) / 2);
  const float center = kernel % 2 == 1 ? factor - 1 : factor - 0.5f;
  return 1 - std::abs(static_cast<float>(tap) - center) / factor;
}

/// On each channel by itself, as groups or as zeros between channels.
Conv bilinear_conv(int channels, Extent kernel, bool grouped) {
  Conv conv;
  conv.in_channels = conv.out_channels = channels;
  conv.groups = grouped ? channels : 1;
  conv.kernel = kernel;
  for (int out = 0; out < channels; ++out)
    for (int in = 0; in < channels / conv.groups; ++in)
      for (int y = 0; y < kernel.y; ++y)
        for (int x = 0; x < kernel.x; ++x)
          conv.weights.push_back(grouped || in == out ? bilinear(kernel.y, y) * bilinear(kernel.x, x) : 0.0f);
  return conv;
}

Graph with_zeros(const Conv& turned, Extent stride, const TransposedCut& cut) {
  Graph g;
  NodeId x = g.append("input", Input{turned.in_channels}, {});
  x = g.append("zeros", InsertZeros{stride}, {x});
  const int y_reach = turned.kernel.y - 1, x_reach = turned.kernel.x - 1;
  const Padding pad{y_reach - cut.top, x_reach - cut.left, y_reach - cut.bottom, x_reach - cut.right};
  x = g.append("pad", Pad{PadMode::constant, pad, 0}, {x});
  g.append("conv", turned, {x});
  return g;
}

Graph as_resize(const KernelInterpolation& up, int channels) {
  Graph g;
  NodeId x = g.append("input", Input{channels}, {});
  x = g.append("around", up.around, {x});
  x = g.append("resize", up.resize, {x});
  x = g.append("crop", up.crop, {x});
  if (up.bias) g.append("bias", *up.bias, {x});
  return g;
}

}  // namespace

TEST_CASE("bilinear kernels of every stride interpolate, at edges as well") {
  Random random(5);
  int compared = 0;
  for (int stride = 1; stride <= 8; ++stride)
    for (const int kernel : {2 * stride, 2 * stride - 1})
      for (int round = 0; round < 4; ++round) {
        Conv turned = bilinear_conv(3, {kernel, kernel}, round % 2 == 0);
        if (round > 1) turned.bias = random.floats(3, -1, 1);
        const TransposedCut cut{random.between(0, stride - 1), random.between(0, stride - 1),
                                random.between(-1, stride - 1), random.between(-1, stride - 1)};
        const auto up = interpolation_by(turned, {stride, stride}, cut);
        INFO("stride " << stride << ", kernel " << kernel << ", round " << round);
        const bool between_rows = kernel == 2 * stride && stride % 2 != 0;
        REQUIRE(up.has_value() == !between_rows);
        if (!up) continue;
        const Picture picture(random, random.between(2, 5), random.between(2, 5), 3);
        const Map input = picture.input({});
        const Graph direct = with_zeros(turned, {stride, stride}, cut), graph = as_resize(*up, 3);
        const Map want = evaluate(direct, input)[direct.output];
        const Map got = evaluate(graph, input)[graph.output];
        REQUIRE((got.c == want.c && got.h == want.h && got.w == want.w));
        // The kernels are rounded to float32; the interpolation is not.
        for (int c = 0; c < want.c; ++c)
          for (int y = 0; y < want.h; ++y)
            for (int x = 0; x < want.w; ++x) CHECK(got.at(c, y, x) == Approx(want.at(c, y, x)).margin(1e-5));
        ++compared;
      }
  CHECK(compared == 4 * 12);
}

TEST_CASE("kernels that are not those of interpolation stay a convolution") {
  const auto is_one = [](const Conv& turned, Extent stride = {4, 4}) {
    return interpolation_by(turned, stride, {2, 2, 2, 2}).has_value();
  };
  const Conv right = bilinear_conv(3, {8, 8}, false);
  CHECK(is_one(right));
  CHECK_FALSE(is_one(right, {2, 2}));
  Conv other = right;
  other.weights[9] += 1e-5f;
  CHECK_FALSE(is_one(other));
  other = right;
  other.weights[64] = 1e-12f;  // from another channel
  CHECK_FALSE(is_one(other));
  other = right;
  other.weights[0] = std::nanf("");
  CHECK_FALSE(is_one(other));
  CHECK(is_one(bilinear_conv(2, {4, 8}, true), {2, 4}));
  CHECK_FALSE(is_one(bilinear_conv(2, {3, 8}, true), {2, 4}));  // places at beginnings and in middles
}

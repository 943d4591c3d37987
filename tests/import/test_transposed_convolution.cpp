// SPDX-License-Identifier: MIT
// A transposed convolution by its phases gives what the convolution of a map with zeros in between gives.
#include "tools/import/transposed_convolution.hpp"

#include <catch2/catch.hpp>

#include "tests/engine/random_network.hpp"

using namespace fcn;
using namespace fcn::tools;
using namespace fcn::test;

namespace {

constexpr int kChannels = 4;

/// As its definition has it: zeros between the pixels, as many around as the kernel reaches but for what is
/// cut.
Graph with_zeros(const Conv& turned, Extent stride, const TransposedCut& cut) {
  Graph g;
  NodeId x = g.append("input", Input{kChannels}, {});
  x = g.append("zeros", InsertZeros{stride}, {x});
  const int y_reach = (turned.kernel.y - 1) * turned.dilation.y;
  const int x_reach = (turned.kernel.x - 1) * turned.dilation.x;
  const Padding pad{y_reach - cut.top, x_reach - cut.left, y_reach - cut.bottom, x_reach - cut.right};
  x = g.append("pad", Pad{PadMode::constant, pad, 0}, {x});
  g.append("conv", turned, {x});
  return g;
}

Graph by_phases(const TransposedPhases& phases) {
  Graph g;
  NodeId x = g.append("input", Input{kChannels}, {});
  x = g.append("conv", phases.conv, {x});
  if (phases.order) x = g.append("order", *phases.order, {x});
  x = g.append("spread", phases.spread, {x});
  if (phases.crop) g.append("crop", *phases.crop, {x});
  return g;
}

}  // namespace

TEST_CASE("the phases of a transposed convolution are the convolution") {
  Random random(9);
  int compared = 0;
  for (int round = 0; round < 300; ++round) {
    Conv turned = random_conv(random, kChannels, 2 * random.between(1, 3), 1, 1, 0, random.between(1, 2));
    turned.kernel = {random.between(1, 5), random.between(1, 5)};
    turned.dilation = {random.between(1, 2), random.between(1, 3)};
    turned.weights = random.floats(
        turned.out_channels * kChannels / turned.groups * turned.kernel.y * turned.kernel.x, -1, 1);
    const Extent stride{random.between(1, 4), random.between(1, 4)};
    const TransposedCut cut{random.between(0, 2), random.between(0, 3), random.between(-2, 3),
                            random.between(-3, 2)};
    const auto phases = transposed_phases(turned, stride, cut);
    if (!phases) continue;
    const Picture picture(random, random.between(3, 6), random.between(3, 6), kChannels);
    const auto left = [](int size, int step, int kernel, int dilation, int cut_off) {
      return (size - 1) * step + (kernel - 1) * dilation + 1 - cut_off;
    };
    if (left(picture.height, stride.y, turned.kernel.y, turned.dilation.y, cut.top + cut.bottom) < 1 ||
        left(picture.width, stride.x, turned.kernel.x, turned.dilation.x, cut.left + cut.right) < 1)
      continue;  // nothing is left
    const Map input = picture.input({});
    const Graph direct = with_zeros(turned, stride, cut), graph = by_phases(*phases);
    const Map want = evaluate(direct, input)[direct.output];
    const Map got = evaluate(graph, input)[graph.output];
    INFO("round " << round << ", kernel " << turned.kernel.y << "x" << turned.kernel.x << ", stride "
                  << stride.y << "x" << stride.x << ", groups " << turned.groups);
    REQUIRE((got.c == want.c && got.h == want.h && got.w == want.w));
    for (int c = 0; c < want.c; ++c)
      for (int y = 0; y < want.h; ++y)
        for (int x = 0; x < want.w; ++x) CHECK(got.at(c, y, x) == Approx(want.at(c, y, x)).margin(1e-9));
    ++compared;
  }
  CHECK(compared > 100);
}

TEST_CASE("the work of a transposed convolution does not grow with its stride") {
  Conv turned;
  turned.in_channels = turned.out_channels = 2;
  turned.kernel = {64, 64};
  turned.weights.assign(2 * 2 * 64 * 64, 1);
  const auto phases = transposed_phases(turned, {32, 32}, {16, 16, 16, 16});
  REQUIRE(phases);
  CHECK(phases->conv.kernel == Extent{2, 2});
  CHECK(phases->conv.out_channels == 2 * 32 * 32);
  turned.kernel = {1, 1};
  turned.weights.assign(4, 1);
  CHECK_FALSE(transposed_phases(turned, {32, 32}, {}));  // nearly all zeros
}

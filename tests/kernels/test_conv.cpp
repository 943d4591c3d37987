// SPDX-License-Identifier: MIT
// Convolution on every table: bits against the reference, values against float64, any slicing, nothing
// written or read out of place. Cases go past every tile size, and through strides, paddings, dilations,
// groups and batches.
#include <algorithm>

#include "tests/kernels/conv_check.hpp"

namespace fcn::test {
namespace {

void check_conv(const ConvCase& c) {
  INFO(c.reproducer());
  const ConvProblem problem(c);
  const Map truth = problem.run(reference_table());
  REQUIRE(truth.frame_intact());
  for (const KernelTable* table : tested_tables()) {
    INFO("table " << table->arch);
    const Map got = problem.run(*table);
    CHECK(got.frame_intact());
    if (shares_bits(*table) || c.values == Values::kIntegers) CHECK(first_difference(truth, got) == "");
    if (c.values != Values::kSpecial) CHECK(problem.error_in_bounds(got) <= 1.0);
    const Map sliced = problem.run(*table, c.seed);
    CHECK(sliced.frame_intact());
    CHECK(first_difference(got, sliced) == "");
  }
}

ConvCase square(int in, int out, int kernel, int stride, int pad, int h, int w) {
  return {.shape = {in, out, 1, kernel, kernel, stride, stride, 1, 1, pad},
          .in_h = h,
          .in_w = w,
          .pad_top = pad,
          .pad_bottom = pad,
          .pad_right = pad};
}

TEST_CASE("Convolutions of every number of pixels and channels near a tile's size", "[conv]") {
  for (int width = 1; width <= 19; ++width) check_conv(square(5, 17, 1, 1, 0, 1, width));
  for (int channels :
       {1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 24, 31, 32, 33, 47, 48, 49, 63, 64, 65, 97, 130}) {
    check_conv(square(3, channels, 3, 1, 1, 3, 5));
  }
}

TEST_CASE("Convolutions of ResNet's shapes on small maps", "[conv]") {
  check_conv(square(3, 64, 7, 2, 3, 17, 21));
  check_conv(square(64, 64, 3, 1, 1, 7, 7));
  check_conv(square(64, 128, 3, 2, 1, 9, 8));
  check_conv(square(64, 128, 1, 2, 0, 9, 8));
  check_conv(square(512, 32, 3, 1, 1, 7, 7));
  check_conv(square(512, 100, 1, 1, 0, 2, 3));
}

TEST_CASE("Convolutions with residual and relu, in place too", "[conv]") {
  for (Values values : {Values::kRandom, Values::kIntegers, Values::kSpecial}) {
    for (int options = 0; options < 8; ++options) {
      for (int channels : {16, 21}) {
        // 48 input channels make 432 taps: more than one chunk, with the residual in the output's own place.
        ConvCase c = square(48, channels, 3, 1, 1, 4, 9);
        c.values = values;
        c.residual = (options & 1) != 0;
        c.relu = (options & 2) != 0;
        c.in_place = (options & 4) != 0;
        check_conv(c);
      }
    }
  }
}

TEST_CASE("Grouped and depthwise convolutions", "[conv]") {
  struct Grouping {
    int in, out, groups;
  };
  const Grouping groupings[] = {{4, 4, 2},    {6, 9, 3},    {32, 64, 2}, {20, 20, 5},  {40, 34, 2},
                                {1, 1, 1},    {2, 2, 2},    {3, 3, 3},   {8, 8, 8},    {17, 17, 17},
                                {64, 64, 64}, {70, 70, 70}, {5, 10, 5},  {24, 12, 12}, {128, 128, 32}};
  for (const Grouping& g : groupings) {
    for (Values values : {Values::kRandom, Values::kIntegers, Values::kSpecial}) {
      ConvCase c = square(g.in, g.out, 3, 1, 1, 4, 6);
      c.shape.groups = g.groups;
      c.values = values;
      c.residual = g.in % 2 == 0;
      c.relu = g.out % 3 != 0;
      if (g.out % 2 == 0) c.ceiling = 2.0f;
      check_conv(c);
      c.shape.stride_x = c.shape.stride_y = 2;
      c.images = 2;
      c.spare_channels = 3;
      check_conv(c);
    }
  }
}

TEST_CASE("Depthwise convolutions of every width of window and row", "[conv]") {
  unsigned turn = 0;
  for (const int kernel : {3, 5, 7})
    for (const int stride : {1, 2})
      for (int width = 1; width <= 33; width += width < 20 ? 1 : 6)
        for (const int channels : {2, 24, 33, 83}) {
          ConvCase c = square(channels, channels, kernel, stride, kernel / 2, 3, width);
          c.shape.groups = channels;
          c.relu = ++turn % 2 == 0;
          c.values = static_cast<Values>(turn % 3);
          c.images = turn % 5 == 0 ? 2 : 1;
          c.spare_channels = turn % 7 == 0 ? 5 : 0;
          check_conv(c);
        }
}

TEST_CASE("Groups of four and eight channels", "[conv]") {
  unsigned turn = 0;
  for (const int channels : {4, 8})
    for (const int groups : {2, 3, 4, 6, 8, 12})
      for (const int stride : {1, 2})
        for (const int width : {1, 5, 12, 13, 26}) {
          ConvCase c = square(channels * groups, channels * groups, 3, stride, 1, 3, width);
          c.shape.groups = groups;
          c.relu = ++turn % 2 == 0;
          c.residual = turn % 3 == 0;
          c.values = static_cast<Values>(turn % 3);
          c.images = turn % 5 == 0 ? 2 : 1;
          check_conv(c);
        }
}

TEST_CASE("Convolutions of a thousand random shapes", "[conv]") {
  RandomFloats random(test_seed(), Values::kRandom);
  int checked = 0;
  for (unsigned i = 0; i < 1000; ++i) {
    ConvCase c;
    kernels::ConvShape& s = c.shape;
    s.groups = random.pick(4) == 0 ? 1 + random.pick(5) : 1;
    s.in_channels = s.groups * (1 + random.pick(random.pick(5) == 0 ? 90 : 12));
    s.out_channels = s.groups * (1 + random.pick(random.pick(4) == 0 ? 140 : 20));
    if (random.pick(5) == 0) s.groups = s.in_channels = s.out_channels = 1 + random.pick(140);
    s.kernel_h = 1 + random.pick(4), s.kernel_w = 1 + random.pick(4);
    s.stride_y = 1 + random.pick(3), s.stride_x = 1 + random.pick(3);
    s.dilation_y = 1 + random.pick(2), s.dilation_x = 1 + random.pick(2);
    s.pad_left = random.pick(4), c.pad_right = random.pick(4);
    c.pad_top = random.pick(4), c.pad_bottom = random.pick(4);
    c.in_h = 1 + random.pick(6), c.in_w = 1 + random.pick(12);
    c.images = 1 + random.pick(3);
    c.spare_channels = random.pick(2) * random.pick(16);
    c.bias = random.pick(4) != 0, c.residual = random.pick(2) != 0, c.relu = random.pick(2) != 0;
    c.in_place = random.pick(2) != 0;
    if (random.pick(3) == 0) c.ceiling = 1.5f;
    c.values = static_cast<Values>(random.pick(3));
    c.seed = test_seed() + i;
    const bool fits = c.in_h + c.pad_top + c.pad_bottom > (s.kernel_h - 1) * s.dilation_y &&
                      c.in_w + s.pad_left + c.pad_right > (s.kernel_w - 1) * s.dilation_x;
    if (!fits) continue;
    check_conv(c);
    ++checked;
  }
  CHECK(checked > 700);
}

TEST_CASE("The bound on a convolution's error is far below its values", "[conv]") {
  // Otherwise the comparison with float64 would pass for anything.
  ConvCase c = square(64, 32, 3, 1, 1, 5, 6);
  const ConvProblem problem(c);
  Map wrong = problem.run(reference_table());
  CHECK(problem.error_in_bounds(wrong) > 0.0);
  CHECK(problem.error_in_bounds(wrong) <= 1.0);
  wrong.pixel(2, 0, 3)[7] += 0.05f;
  CHECK(problem.error_in_bounds(wrong) > 1.0);
}

}  // namespace
}  // namespace fcn::test

// SPDX-License-Identifier: MIT
// Winograd convolution on every table: bits against the reference, values against float64's direct
// convolution, any slicing, nothing written or read out of place. The transforms on their own are in
// test_winograd_transform.cpp.
#include <algorithm>

#include "tests/kernels/winograd_check.hpp"

namespace fcn::test {
namespace {

void check_winograd(const WinogradCase& c) {
  INFO(c.reproducer());
  const WinogradProblem problem(c);
  const Map truth = problem.run(reference_table());
  REQUIRE(truth.frame_intact());
  for (const KernelTable* table : tested_tables()) {
    INFO("table " << table->arch);
    const Map got = problem.run(*table);
    CHECK(got.frame_intact());
    if (shares_bits(*table) || c.exact()) CHECK(first_difference(truth, got) == "");
    const Map sliced = problem.run(*table, c.seed);
    CHECK(sliced.frame_intact());
    CHECK(first_difference(got, sliced) == "");
    if (c.values == Values::kRandom) CHECK(problem.error_in_bounds(got) <= 1.0);
  }
}

TEST_CASE("Winograd convolutions of every size of map near a tile's", "[winograd]") {
  for (const WinogradForm form : kWinogradForms) {
    for (int height = 1; height <= 9; ++height) {
      for (int width : {1, 2, 3, 4, 5, 7, 8, 9, 13, 29}) {
        check_winograd({.form = form, .in_channels = 3, .out_channels = 5, .in_h = height, .in_w = width});
      }
    }
  }
}

TEST_CASE("Winograd convolutions of every number of channels near a register's", "[winograd]") {
  for (const WinogradForm form : kWinogradForms) {
    for (int channels : {1, 2, 3, 4, 7, 8, 9, 11, 15, 16, 17, 31, 32, 33, 48, 63, 64, 65, 130}) {
      check_winograd({.form = form, .in_channels = channels, .out_channels = 3, .in_h = 3, .in_w = 5});
      check_winograd({.form = form, .in_channels = 3, .out_channels = channels, .in_h = 3, .in_w = 5});
    }
  }
}

TEST_CASE("Winograd convolutions of more tiles than a block holds", "[winograd]") {
  for (const WinogradForm form : kWinogradForms) {
    check_winograd({.form = form, .in_channels = 2, .out_channels = 17, .in_h = 21, .in_w = 61, .images = 2});
    check_winograd({.form = form, .in_channels = 64, .out_channels = 64, .in_h = 14, .in_w = 30});
  }
}

TEST_CASE("Winograd convolutions of so many filters that they are kept half transformed", "[winograd]") {
  const auto most = static_cast<int>(kernels::kMostWholeFilters);
  for (const WinogradCase& c : {WinogradCase{.in_channels = 257, .out_channels = 257, .in_h = 3, .in_w = 5},
                                {.in_channels = most / 64, .out_channels = 65, .in_h = 2, .in_w = 3},
                                {.in_channels = 61, .out_channels = most / 60, .in_h = 4, .in_w = 4},
                                {.in_channels = 260, .out_channels = 275, .in_h = 7, .in_w = 7},
                                {.in_channels = 270, .out_channels = 243, .in_h = 3, .in_w = 11},
                                {.in_channels = 259, .out_channels = 256, .in_h = 1, .in_w = 17},
                                {.in_channels = 300,
                                .out_channels = 219,
                                .in_h = 9,
                                .in_w = 13,
                                .residual = true,
                                .values = Values::kSpecial}}) {
    REQUIRE(c.halves_filters());
    check_winograd(c);
  }
}

TEST_CASE("Winograd convolutions with residual and relu, in place too", "[winograd]") {
  for (const WinogradForm form : kWinogradForms) {
    for (Values values : {Values::kRandom, Values::kIntegers, Values::kSpecial}) {
      for (int options = 0; options < 8; ++options) {
        for (int channels : {16, 21}) {
          check_winograd({.form = form,
                          .in_channels = 4,
                          .out_channels = channels,
                          .in_h = 6,
                          .in_w = 9,
                          .residual = (options & 1) != 0,
                          .relu = (options & 2) != 0,
                          .in_place = (options & 4) != 0,
                          .values = values});
        }
      }
    }
  }
}

TEST_CASE("Winograd convolutions of three hundred random shapes", "[winograd]") {
  RandomFloats random(test_seed(), Values::kRandom);
  int checked = 0;
  for (unsigned i = 0; i < 300; ++i) {
    WinogradCase c;
    c.form = kWinogradForms[random.pick(3)];
    c.in_channels = 1 + random.pick(random.pick(5) == 0 ? 90 : 12);
    c.out_channels = 1 + random.pick(random.pick(4) == 0 ? 140 : 20);
    c.in_h = 1 + random.pick(12), c.in_w = 1 + random.pick(30);
    c.images = 1 + random.pick(3);
    c.pad_top = random.pick(4), c.pad_bottom = random.pick(4);
    c.pad_left = random.pick(4), c.pad_right = random.pick(4);
    c.spare_channels = random.pick(2) * random.pick(16);
    c.bias = random.pick(4) != 0, c.residual = random.pick(2) != 0, c.relu = random.pick(2) != 0;
    if (random.pick(3) == 0) c.ceiling = 1.5f;
    c.in_place = random.pick(2) != 0;
    c.values = random.pick(3) == 0 ? Values::kSpecial : Values::kRandom;
    c.seed = test_seed() + i;
    if (c.out_h() < 1 || c.out_w() < 1) continue;
    check_winograd(c);
    ++checked;
  }
  CHECK(checked > 250);
}

TEST_CASE("Winograd and direct convolution agree to the bit where nothing rounds", "[winograd]") {
  for (const WinogradForm form : kWinogradForms) {
    for (int in_channels : {1, 4}) {
      const WinogradCase c = {.form = form,
                              .in_channels = in_channels,
                              .out_channels = 19,
                              .in_h = 11,
                              .in_w = 14,
                              .residual = true,
                              .values = Values::kIntegers};
      if (!c.exact()) continue;
      const WinogradProblem problem(c);
      for (const KernelTable* table : tested_tables()) {
        INFO("table " << table->arch << " tile " << form.tile << " stride " << form.stride << " channels "
                      << in_channels);
        CHECK(first_difference(problem.run_direct(*table), problem.run(*table)) == "");
      }
    }
  }
}

TEST_CASE("A NaN or an infinity spoils the tiles that read it and no other", "[winograd]") {
  for (const WinogradForm form : kWinogradForms) {
    for (float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
      WinogradProblem problem({.form = form, .in_channels = 2, .out_channels = 3, .in_h = 24, .in_w = 24});
      std::vector<Map> clean;
      for (const KernelTable* table : tested_tables()) clean.push_back(problem.run(*table));
      problem.input().pixel(10, 0, 13)[1] = bad;
      for (std::size_t i = 0; i < clean.size(); ++i) {
        const Map got = problem.run(*tested_tables()[i]);
        for (int y = 0; y * form.stride < 24; ++y) {
          for (int x = 0; x * form.stride < 24; ++x) {
            const auto reads = [&](int at, int pixel) {
              const int first = at / form.tile * form.tile * form.stride - 1;
              return pixel >= first && pixel < first + form.taps();
            };
            const bool same = same_value(clean[i].pixel(y, 0, x)[2], got.pixel(y, 0, x)[2]);
            if (!reads(y, 10) || !reads(x, 13)) CHECK(same);
            // The pixels that direct convolution spoils are spoilt here too.
            if (std::abs(y * form.stride - 10) <= 1 && std::abs(x * form.stride - 13) <= 1)
              CHECK_FALSE(std::isfinite(got.pixel(y, 0, x)[2]));
          }
        }
      }
    }
  }
}

TEST_CASE("The bound on a Winograd convolution's error is far below its values", "[winograd]") {
  // Otherwise the comparison with float64 would pass for anything.
  for (const WinogradForm form : kWinogradForms) {
    const WinogradProblem problem(
        {.form = form, .in_channels = 64, .out_channels = 32, .in_h = 5, .in_w = 7});
    Map wrong = problem.run(reference_table());
    CHECK(problem.error_in_bounds(wrong) > 0.0);
    CHECK(problem.error_in_bounds(wrong) <= 1.0);
    wrong.pixel(2, 0, 3)[7] += 0.5f;
    CHECK(problem.error_in_bounds(wrong) > 1.0);
  }
}

}  // namespace
}  // namespace fcn::test

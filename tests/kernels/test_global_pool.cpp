// SPDX-License-Identifier: MIT
// Mean, sum and maximum over a whole map on every table: bits against the reference whatever the bands and
// slices, values against float64.
#include <algorithm>
#include <sstream>

#include "tests/kernels/kernel_check.hpp"

namespace fcn::test {
namespace {

struct GlobalPoolCase {
  int channels = 1, images = 1, rows = 1, width = 1;
  enum Kind { average, sum, maximum } kind = average;
  Values values = Values::kRandom;
  unsigned seed = test_seed();

  std::string reproducer() const {
    std::ostringstream text;
    text << "GlobalPoolCase{" << channels << ", " << images << ", " << rows << ", " << width << ", "
         << "Kind(" << kind << "), Values(" << static_cast<int>(values) << "), " << seed << "}";
    return text.str();
  }
};

class GlobalPoolProblem {
 public:
  explicit GlobalPoolProblem(const GlobalPoolCase& c)
      : case_(c),
        in_(input_map(
            {c.rows, c.width, c.channels, c.images, 1, 1, c.channels + static_cast<int>(c.seed % 5)})) {
    RandomFloats random(c.seed, c.values);
    in_.fill(random);
  }

  /// Whole, or in random bands of rows, each in random slices of channels.
  Map run(const KernelTable& table, bool cut) const {
    const GlobalPoolCase& c = case_;
    const int padded = round_up(c.channels, kernels::kChannelQuantum);
    Map out = output_map({1, 1, c.channels, c.images, 1, 1, padded + 16});
    kernels::GlobalPoolBand band;
    band.channels = c.channels;
    band.images = c.images;
    band.width = c.width;
    band.out = out.pixel(0, 0, 0);
    band.out_image_stride = out.image_stride();
    const Range blocks{0, std::ptrdiff_t{c.images} * padded / kernels::kChannelQuantum};
    const auto kernel = c.kind == GlobalPoolCase::average ? table.global_average_pool
                        : c.kind == GlobalPoolCase::sum   ? table.global_sum_pool
                                                          : table.global_max_pool;
    RandomFloats random(c.seed, Values::kRandom);
    for (int begin = 0; begin < c.rows;) {
      band.rows = cut ? 1 + random.pick(c.rows - begin) : c.rows;
      band.first = begin == 0;
      band.in = {in_.rows() + begin, in_.shape().pixel_stride, in_.image_stride()};
      begin += band.rows;
      band.cells = begin == c.rows ? c.rows * c.width : 0;
      if (!cut) kernel(band, blocks);
      if (cut)
        for (const Range& slice : random_slices(blocks.end, random)) kernel(band, slice);
    }
    return out;
  }

  bool agrees_with_float64(const Map& got) const {
    const GlobalPoolCase& c = case_;
    for (int i = 0; i < c.images; ++i) {
      for (int n = 0; n < c.channels; ++n) {
        double sum = 0, magnitude = 0, greatest = -std::numeric_limits<double>::infinity();
        for (int y = 0; y < c.rows; ++y) {
          for (int x = 0; x < c.width; ++x) {
            const double value = in_.pixel(y, i, x)[n];
            sum += value;
            magnitude += std::abs(value);
            greatest = std::max(greatest, value);
          }
        }
        const double value = got.pixel(0, i, 0)[n];
        const double cells = c.kind == GlobalPoolCase::average ? c.rows * c.width : 1;
        // Roundings of a row's sum, of the sum of rows, of the division.
        const double bound = (c.rows + c.width + 1) * 0x1p-24 * magnitude / cells + 0x1p-149;
        const bool right =
            c.kind == GlobalPoolCase::maximum ? value == greatest : std::abs(value - sum / cells) <= bound;
        if (!right) return false;
      }
    }
    return true;
  }

 private:
  GlobalPoolCase case_;
  Map in_;
};

void check_global_pool(const GlobalPoolCase& c) {
  INFO(c.reproducer());
  const GlobalPoolProblem problem(c);
  const Map truth = problem.run(reference_table(), false);
  if (c.values != Values::kSpecial) REQUIRE(problem.agrees_with_float64(truth));
  for (const KernelTable* table : tested_tables()) {
    INFO("table " << table->arch);
    const Map got = problem.run(*table, false);
    CHECK(got.frame_intact());
    CHECK(first_difference(truth, got) == "");  // nothing is multiplied, so SSE2 agrees as well
    CHECK(first_difference(truth, problem.run(*table, true)) == "");
  }
}

TEST_CASE("Global pools of every number of channels near a register's size", "[pool]") {
  for (const auto kind : {GlobalPoolCase::average, GlobalPoolCase::sum, GlobalPoolCase::maximum}) {
    for (Values values : {Values::kRandom, Values::kIntegers, Values::kSpecial}) {
      for (int channels = 1; channels <= 35; ++channels) {
        check_global_pool({channels, 2, 1 + channels % 5, 1 + channels % 7, kind, values});
      }
    }
    check_global_pool({100, 3, 40, 33, kind});
    check_global_pool({1, 1, 1, 1, kind});
  }
}

}  // namespace
}  // namespace fcn::test

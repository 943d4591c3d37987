// SPDX-License-Identifier: MIT
// Softmax on every table: bits against the reference, values against float64, and the special cases of the
// contract. The exponential itself is measured in test_exp.cpp.
#include <algorithm>

#include "tests/kernels/pixelwise_check.hpp"

namespace fcn::test {
namespace {

TEST_CASE("Softmax agrees with the reference", "[softmax]") {
  for (const PixelCase& c : pixel_cases()) check_pixel_kernel(c, &KernelTable::softmax, true);
}

// Relative error of e[c] / sum, in units of 2^-24: exp itself 4 (test_exp.cpp), the rounding of x - m as a
// factor e^(|x - m| 2^-24), the same for each term of the sum (their average is no larger than the largest,
// at the smallest x), channels roundings of the sum, one of the division. Denormal results err by their last
// bit besides.
double softmax_bound(double truth, double spread, int channels) {
  return truth * (2 * (4 + spread) + channels + 1) * 0x1p-24 + 0x1p-148;
}

TEST_CASE("Softmax is that of float64", "[softmax]") {
  for (const PixelCase& c : pixel_cases()) {
    if (c.values == Values::kSpecial) continue;
    const PixelProblem problem(c);
    for (const KernelTable* table : tested_tables()) {
      const Map got = problem.run(*table, &KernelTable::softmax);
      double worst = 0;
      for (int y = 0; y < c.rows; ++y) {
        for (int i = 0; i < c.images; ++i) {
          for (int x = 0; x < c.width; ++x) {
            const float* a = problem.a().pixel(y, i, x);
            const double largest = *std::max_element(a, a + c.channels);
            const double spread = largest - *std::min_element(a, a + c.channels);
            double sum = 0;
            for (int n = 0; n < c.channels; ++n) sum += std::exp(a[n] - largest);
            for (int n = 0; n < c.channels; ++n) {
              const double truth = std::exp(a[n] - largest) / sum;
              const double error = std::abs(got.pixel(y, i, x)[n] - truth);
              worst = std::max(worst, error / softmax_bound(truth, spread, c.channels));
            }
          }
        }
      }
      INFO(c.reproducer() << " table " << table->arch);
      CHECK(worst <= 1.0);
    }
  }
}

// One pixel's softmax.
std::vector<float> softmax_of(const KernelTable& table, const std::vector<float>& values) {
  const int channels = static_cast<int>(values.size());
  Map in = input_map({.channels = channels, .pixel_stride = channels});
  for (int n = 0; n < channels; ++n) in.pixel(0, 0, 0)[n] = values[static_cast<std::size_t>(n)];
  Map out = output_map({.channels = channels, .pixel_stride = round_up(channels, kernels::kChannelQuantum)});
  kernels::PixelBand band;
  band.channels = channels;
  band.rows = 1;
  band.width = 1;
  band.a = {in.rows(), in.shape().pixel_stride, in.image_stride()};
  band.out = output_rows(out);
  table.softmax(band, {0, 1});
  return {out.pixel(0, 0, 0), out.pixel(0, 0, 0) + channels};
}

bool all_nan(const std::vector<float>& values) {
  return std::all_of(values.begin(), values.end(), [](float x) { return std::isnan(x); });
}

TEST_CASE("Softmax of special values is as the contract says", "[softmax]") {
  constexpr float inf = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
  for (const KernelTable* table : tested_tables()) {
    INFO("table " << table->arch);
    for (std::size_t channels : {2u, 9u, 17u, 40u}) {
      for (std::size_t at : {std::size_t{0}, channels / 2, channels - 1}) {
        std::vector<float> values(channels, 1.0f);
        values[at] = nan;
        CHECK(all_nan(softmax_of(*table, values)));
        values[at] = inf;
        CHECK(all_nan(softmax_of(*table, values)));
        values[at] = -inf;
        const auto scores = softmax_of(*table, values);
        CHECK(scores[at] == 0.0f);
        CHECK(scores[(at + 1) % channels] == Approx(1.0 / static_cast<double>(channels - 1)));
      }
      CHECK(all_nan(softmax_of(*table, std::vector<float>(channels, -inf))));
      CHECK(softmax_of(*table, std::vector<float>(channels, 3e38f))[0] ==
            Approx(1.0 / static_cast<double>(channels)));
    }
    CHECK(softmax_of(*table, {-5.0f}) == std::vector<float>{1.0f});
  }
}

}  // namespace
}  // namespace fcn::test

// SPDX-License-Identifier: MIT
// Kernels over the channels of each pixel, but for softmax: sum, mean, maximum, minimum, layer and RMS norm,
// on every table. Bits against the reference whatever the slices, values against float64, NaN.
#include <algorithm>

#include "tests/kernels/pixelwise_check.hpp"

namespace fcn::test {
namespace {

/// One channel of every pixel of the case, by a kernel that reduces them.
Map reduced(const PixelCase& c, const PixelProblem& problem, const KernelTable& table, PixelKernel kernel,
            bool cut) {
  Map out = output_map({c.rows, c.width, 1, c.images, 1, 1, 2 * kernels::kChannelQuantum});
  PixelArguments band;
  band.channels = c.channels;
  band.images = c.images;
  band.rows = c.rows;
  band.width = c.width;
  band.a = {problem.a().rows(), problem.a().shape().pixel_stride, problem.a().image_stride()};
  band.out = output_rows(out);
  const Range pixels{0, std::ptrdiff_t{c.rows} * c.images * c.width};
  RandomFloats random(c.seed, Values::kRandom);
  if (!cut) kernel(table, band, pixels);
  if (cut)
    for (const Range& slice : random_slices(pixels.end, random)) kernel(table, band, slice);
  return out;
}

constexpr PixelKernel kReductions[] = {&KernelTable::channel_sum, &KernelTable::channel_mean,
                                       &KernelTable::channel_maximum, &KernelTable::channel_minimum};

/// Of the values a[0] ... a[channels - 1], and how far a sum may stray: a rounding for each of its partial
/// sum's terms, four for the halves, one for the division.
std::pair<double, double> truth_of(PixelKernel kernel, const float* a, int channels) {
  double sum = 0, magnitude = 0;
  for (int c = 0; c < channels; ++c) {
    sum += a[c];
    magnitude += std::abs(double{a[c]});
  }
  const double bound = (channels / 16 + 6) * 0x1p-24 * magnitude;
  if (kernel == PixelKernel(&KernelTable::channel_sum)) return {sum, bound};
  if (kernel == PixelKernel(&KernelTable::channel_mean)) return {sum / channels, bound / channels};
  if (kernel == PixelKernel(&KernelTable::channel_maximum)) return {*std::max_element(a, a + channels), 0};
  return {*std::min_element(a, a + channels), 0};
}

TEST_CASE("Reductions over channels agree with the reference and float64", "[channels]") {
  for (const PixelKernel kernel : kReductions) {
    for (const PixelCase& c : pixel_cases()) {
      INFO(c.reproducer());
      const PixelProblem problem(c);
      const Map truth = reduced(c, problem, reference_table(), kernel, false);
      for (const KernelTable* table : tested_tables()) {
        INFO("table " << table->arch);
        const Map got = reduced(c, problem, *table, kernel, false);
        CHECK(got.frame_intact());
        CHECK(first_difference(truth, got) == "");  // nothing is multiplied, so SSE2 agrees as well
        CHECK(first_difference(got, reduced(c, problem, *table, kernel, true)) == "");
      }
      if (c.values == Values::kSpecial) continue;
      bool right = true;
      for_each_value(c, [&](int y, int i, int x, int n) {
        if (n > 0) return;
        const auto [exact, bound] = truth_of(kernel, problem.a().pixel(y, i, x), c.channels);
        right &= std::abs(truth.pixel(y, i, x)[0] - exact) <= bound;
      });
      CHECK(right);
    }
  }
}

TEST_CASE("The greatest and the least channel are NaN if one is", "[channels]") {
  for (const KernelTable* table : tested_tables()) {
    for (int channels : {1, 5, 16, 17, 40}) {
      for (int at : {0, channels / 2, channels - 1}) {
        const PixelCase c{.channels = channels};
        const PixelProblem problem(c);
        problem.a().pixel(0, 0, 0)[at] = std::numeric_limits<float>::quiet_NaN();
        for (const PixelKernel kernel : kReductions)
          CHECK(std::isnan(reduced(c, problem, *table, kernel, false).pixel(0, 0, 0)[0]));
      }
    }
  }
}

std::vector<PixelCase> norm_cases() {
  std::vector<PixelCase> cases = pixel_cases();
  for (std::size_t i = 0; i < cases.size(); ++i) {
    cases[i].relu = false;
    cases[i].epsilon = i % 3 == 0 ? 1e-6f : 1e-2f;
    cases[i].center = i % 2 == 0;
  }
  return cases;
}

TEST_CASE("Channel norms agree with the reference", "[channels]") {
  for (const PixelCase& c : norm_cases()) check_pixel_kernel(c, &KernelTable::channel_norm, true);
}

TEST_CASE("Channel norms are those of float64", "[channels]") {
  for (const PixelCase& c : norm_cases()) {
    if (c.values == Values::kSpecial) continue;
    const PixelProblem problem(c);
    for (const KernelTable* table : tested_tables()) {
      const Map got = problem.run(*table, &KernelTable::channel_norm);
      double worst = 0;
      for_each_value(c, [&](int y, int i, int x, int n) {
        const float* a = problem.a().pixel(y, i, x);
        double mean = 0, variance = 0, most = 0;
        for (int k = 0; k < c.channels && c.center; ++k) mean += double{a[k]} / c.channels;
        for (int k = 0; k < c.channels; ++k) {
          variance += (a[k] - mean) * (a[k] - mean) / c.channels;
          most = std::max(most, std::abs(double{a[k]}));
        }
        const double scale = 1 / std::sqrt(variance + double{c.epsilon}), d = a[n] - mean;
        const double truth = d * scale * problem.scale(n) + problem.shift(n);
        // The mean is off by its sum's roundings, d by those and its own; r by half those of the variance,
        // whose terms are off by twice d's, and by three of its own; then two products and a sum.
        const double terms = c.channels / 16 + 6;
        const double off_d = c.center ? (terms + 2) * 0x1p-24 * most : 0;
        const double off_v = 2 * off_d * std::sqrt(variance) + off_d * off_d + terms * 0x1p-24 * variance;
        const double off_r = 0.5 * off_v / (variance + double{c.epsilon}) + 3 * 0x1p-24;
        const double bound =
            std::abs(problem.scale(n) * scale) * (off_d + std::abs(d) * (1.01 * off_r + 3 * 0x1p-24)) +
            0x1p-24 * (std::abs(truth) + std::abs(problem.shift(n))) + 0x1p-148;
        worst = std::max(worst, std::abs(got.pixel(y, i, x)[n] - truth) / bound);
      });
      INFO(c.reproducer() << " table " << table->arch);
      CHECK(worst <= 1.0);
    }
  }
}

}  // namespace
}  // namespace fcn::test

// SPDX-License-Identifier: MIT
// Local response norm on every table: bits against the reference, values against float64; and its logarithm.
#include <algorithm>

#include "fcn/kernels/reference/local_response_norm.hpp"
#include "tests/kernels/pixelwise_check.hpp"

namespace fcn::test {
namespace {

using kernels::reference::natural_log;

TEST_CASE("The logarithm is within 2 x 2^-24 of float64's", "[log]") {
  // Cephes states a relative error of 7.8e-8 from sqrt(1/2) to sqrt(2), which is 1.3 x 2^-24.
  double worst = 0;
  for (std::uint32_t bits = 0x00800000u; bits < 0x7f800000u; bits += 997) {
    const float t = std::bit_cast<float>(bits);
    const double truth = std::log(double{t});
    worst = std::max(worst, std::abs(natural_log(t) - truth) / (2 * 0x1p-24 * std::abs(truth) + 0x1p-149));
  }
  INFO("largest error, in units of the bound: " << worst);
  CHECK(worst <= 1.0);
  CHECK(worst > 0.1);
}

TEST_CASE("The logarithm of special values", "[log]") {
  CHECK(natural_log(1.0f) == 0.0f);
  CHECK(natural_log(std::numeric_limits<float>::infinity()) == std::numeric_limits<float>::infinity());
  CHECK(std::isnan(natural_log(std::numeric_limits<float>::quiet_NaN())));
}

std::vector<PixelCase> norm_cases() {
  std::vector<PixelCase> cases = pixel_cases();
  for (std::size_t i = 0; i < cases.size(); ++i) {
    cases[i].in_place = false;
    cases[i].size = 1 + static_cast<int>(i % 6);
    cases[i].alpha = i % 2 == 0 ? 0.01f : 1.0f;
    cases[i].beta = i % 3 == 0 ? -0.5f : 0.75f;
    cases[i].bias = i % 4 == 0 ? 0.125f : 2.0f;
  }
  return cases;
}

TEST_CASE("Local response norm agrees with the reference", "[local_response_norm]") {
  for (const PixelCase& c : norm_cases()) check_pixel_kernel(c, &KernelTable::local_response_norm, true);
}

TEST_CASE("Local response norm is that of float64", "[local_response_norm]") {
  for (const PixelCase& c : norm_cases()) {
    if (c.values == Values::kSpecial) continue;
    const PixelProblem problem(c);
    for (const KernelTable* table : tested_tables()) {
      const Map got = problem.run(*table, &KernelTable::local_response_norm);
      double worst = 0;
      for_each_value(c, [&](int y, int i, int x, int n) {
        const float* pixel = problem.a().pixel(y, i, x);
        double squares = 0;
        for (int k = n - (c.size - 1) / 2; k <= n + c.size / 2; ++k) {
          if (k >= 0 && k < c.channels) squares += double{pixel[k]} * pixel[k];
        }
        const double base = double{c.bias} + double{c.alpha} / c.size * squares;
        const double truth = pixel[n] / std::pow(base, double{c.beta});
        // Roundings of the base, each beta times in the power; of beta ln base, log's 2 among them; exp's 4
        // and SSE2's own, the quotient and the product.
        const double roundings =
            std::abs(double{c.beta}) * (2 * c.size + 3) + 3 * std::abs(c.beta * std::log(base)) + 8;
        const double bound = roundings * 0x1p-24 * std::abs(truth) + 0x1p-148;
        worst = std::max(worst, std::abs(got.pixel(y, i, x)[n] - truth) / bound);
      });
      INFO(c.reproducer() << " table " << table->arch << " error in bounds " << worst);
      CHECK(worst <= 1.0);
    }
  }
}

}  // namespace
}  // namespace fcn::test

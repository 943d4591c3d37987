// SPDX-License-Identifier: MIT
// Batch norm on every table: bits against the reference; float64 within one rounding (two on SSE2).
#include "tests/kernels/pixelwise_check.hpp"

namespace fcn::test {
namespace {

TEST_CASE("Batch norm agrees with the reference", "[batch_norm]") {
  for (const PixelCase& c : pixel_cases()) check_pixel_kernel(c, &KernelTable::batch_norm, true);
}

TEST_CASE("Batch norm is a x scale + shift", "[batch_norm]") {
  for (const PixelCase& c : pixel_cases()) {
    if (c.values == Values::kSpecial) continue;
    const PixelProblem problem(c);
    for (const KernelTable* table : tested_tables()) {
      const Map got = problem.run(*table, &KernelTable::batch_norm);
      bool right = true;
      for_each_value(c, [&](int y, int i, int x, int n) {
        const double product = double{problem.a().pixel(y, i, x)[n]} * double{problem.scale(n)};
        double truth = product + double{problem.shift(n)};
        if (c.relu && truth <= 0) truth = 0;
        const double bound = 0x1p-23 * (std::abs(product) + std::abs(double{problem.shift(n)})) + 0x1p-149;
        right &= std::abs(got.pixel(y, i, x)[n] - truth) <= bound;
      });
      INFO(c.reproducer() << " table " << table->arch);
      CHECK(right);
    }
  }
}

}  // namespace
}  // namespace fcn::test

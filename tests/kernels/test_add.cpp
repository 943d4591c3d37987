// SPDX-License-Identifier: MIT
// Add on every table: bits against the reference, and float32's rounding of the float64 sum, which is the
// sum.
#include "tests/kernels/pixelwise_check.hpp"

namespace fcn::test {
namespace {

TEST_CASE("Add agrees with the reference", "[add]") {
  for (const PixelCase& c : pixel_cases()) check_pixel_kernel(c, &KernelTable::add, false);
}

TEST_CASE("Add is the rounded float64 sum", "[add]") {
  for (const PixelCase& c : pixel_cases()) {
    const PixelProblem problem(c);
    for (const KernelTable* table : tested_tables()) {
      const Map got = problem.run(*table, &KernelTable::add);
      bool right = true;
      for_each_value(c, [&](int y, int i, int x, int n) {
        const double sum = double{problem.a().pixel(y, i, x)[n]} + double{problem.b().pixel(y, i, x)[n]};
        // A sum of two float32 is exact in float64, or so lopsided that it rounds alike; NaN is left of no
        // relu.
        const auto truth = static_cast<float>(c.relu && !(sum > 0) ? 0.0 : sum);
        right &= same_value(got.pixel(y, i, x)[n], truth);
      });
      INFO(c.reproducer() << " table " << table->arch);
      CHECK(right);
    }
  }
}

}  // namespace
}  // namespace fcn::test

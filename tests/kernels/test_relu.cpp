// SPDX-License-Identifier: MIT
// Relu on every table. The shortest kernel test, and the one to imitate.
#include "tests/kernels/pixelwise_check.hpp"

namespace fcn::test {
namespace {

TEST_CASE("Relu agrees with the reference", "[relu]") {
  for (const PixelCase& c : pixel_cases()) check_pixel_kernel(c, &KernelTable::relu, false);
}

TEST_CASE("Relu makes +0 of NaN, -0 and what is negative, and keeps the rest", "[relu]") {
  for (const PixelCase& c : pixel_cases()) {
    const PixelProblem problem(c);
    for (const KernelTable* table : tested_tables()) {
      const Map got = problem.run(*table, &KernelTable::relu);
      bool right = true;
      for_each_value(c, [&](int y, int i, int x, int n) {
        const float a = problem.a().pixel(y, i, x)[n];
        const float truth = std::isnan(a) || std::signbit(a) ? 0.0f : a;
        right &= std::bit_cast<std::uint32_t>(got.pixel(y, i, x)[n]) == std::bit_cast<std::uint32_t>(truth);
      });
      INFO(c.reproducer() << " table " << table->arch);
      CHECK(right);
    }
  }
}

}  // namespace
}  // namespace fcn::test

// SPDX-License-Identifier: MIT
// Add, subtract, multiply, divide, minimum and maximum on every table: bits against the reference, and
// float32's rounding of the float64 result, which is the result; repeated columns and channels on either
// side.
#include "tests/kernels/pixelwise_check.hpp"

namespace fcn::test {
namespace {

struct Operation {
  const char* name;
  PixelKernel kernel;
  double (*truth)(double, double);
};

const Operation kOperations[] = {
    {"add", &KernelTable::add, [](double a, double b) { return a + b; }},
    {"subtract", &KernelTable::subtract, [](double a, double b) { return a - b; }},
    {"multiply", &KernelTable::multiply, [](double a, double b) { return a * b; }},
    {"divide", &KernelTable::divide, [](double a, double b) { return a / b; }},
    // NaN if either is; of two zeros the second.
    {"minimum", &KernelTable::minimum, [](double a, double b) { return b > a || std::isnan(a) ? a : b; }},
    {"maximum", &KernelTable::maximum, [](double a, double b) { return a > b || std::isnan(a) ? a : b; }},
};

/// The usual cases, and each with every way of repeating one side.
std::vector<PixelCase> arithmetic_cases() {
  std::vector<PixelCase> cases = pixel_cases();
  const std::size_t plain = cases.size();
  for (int way = 1; way < 8; ++way) {
    for (std::size_t i = static_cast<std::size_t>(way); i < plain; i += 5) {
      PixelCase c = cases[i];
      c.one_column_b = (way & 1) != 0;
      c.one_channel_b = (way & 2) != 0;
      c.swapped = (way & 4) != 0;
      c.in_place = false;
      cases.push_back(c);
    }
  }
  return cases;
}

TEST_CASE("Arithmetic agrees with the reference", "[arithmetic]") {
  for (const Operation& operation : kOperations) {
    INFO(operation.name);
    for (const PixelCase& c : arithmetic_cases()) check_pixel_kernel(c, operation.kernel, false);
  }
}

TEST_CASE("Arithmetic is the rounded float64 result", "[arithmetic]") {
  for (const Operation& operation : kOperations) {
    for (const PixelCase& c : arithmetic_cases()) {
      const PixelProblem problem(c);
      for (const KernelTable* table : tested_tables()) {
        const Map got = problem.run(*table, operation.kernel);
        bool right = true;
        for_each_value(c, [&](int y, int i, int x, int n) {
          const auto [a, b] = problem.operands(y, i, x, n);
          const double result = operation.truth(a, b);
          // In float64 a result of two float32 is exact, or rounds to float32 as the exact one does: 53 bits
          // are more than 2 x 24 + 1 (Figueroa 1995). Denormal quotients are the exception. NaN is left of no
          // relu.
          if (std::abs(result) < 0x1p-125 && result != 0 &&
              operation.kernel == PixelKernel(&KernelTable::divide))
            return;
          const auto truth = static_cast<float>(c.relu && !(result > 0) ? 0.0 : result);
          right &= same_value(got.pixel(y, i, x)[n], truth);
        });
        INFO(operation.name << " " << c.reproducer() << " table " << table->arch);
        CHECK(right);
      }
    }
  }
}

}  // namespace
}  // namespace fcn::test

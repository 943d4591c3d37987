// SPDX-License-Identifier: MIT
// Leaky relu, prelu, clip, sigmoid, silu and their hard forms on every table: bits against the reference,
// values against float64 with a bound counted in roundings, and special values.
#include "tests/kernels/pixelwise_check.hpp"

namespace fcn::test {
namespace {

constexpr double kRounding = 0x1p-24;

double sigmoid(double x) {
  return 1 / (1 + std::exp(-x));
}

struct Activation {
  const char* name;
  PixelKernel kernel;
  float alpha, beta;
  double (*truth)(double x, const PixelCase& c, float slope);
  double roundings;  ///< of the result, relative to |x| + |beta| + |result|
};

const Activation kActivations[] = {
    {"leaky_relu", &KernelTable::leaky_relu, 0.1f, 0.0f,
     [](double x, const PixelCase& c, float) { return x > 0 ? x : x * c.alpha; }, 1},
    {"prelu", &KernelTable::prelu, 0.0f, 0.0f,
     [](double x, const PixelCase&, float slope) { return x > 0 ? x : x * slope; }, 1},
    {"clip", &KernelTable::clip, -0.25f, 1.5f,
     [](double x, const PixelCase& c, float) {
       return std::min(std::max(x, double{c.alpha}), double{c.beta});
     },
     0},
    // exp's 4, its argument's none, a sum and a division; two more for SSE2, which rounds products on their
    // own.
    {"sigmoid", &KernelTable::sigmoid, 0.0f, 0.0f,
     [](double x, const PixelCase&, float) { return sigmoid(x); }, 8},
    // exp_of_negative's 3, a sum and a division; two more for SSE2.
    {"silu", &KernelTable::silu, 0.0f, 0.0f, [](double x, const PixelCase&, float) { return x * sigmoid(x); },
     7},
    {"hard_sigmoid", &KernelTable::hard_sigmoid, 0.2f, 0.5f,
     [](double x, const PixelCase& c, float) {
       return std::min(std::max(x * c.alpha + double{c.beta}, 0.0), 1.0);
     },
     2},
    {"hard_swish", &KernelTable::hard_swish, 0.0f, 0.0f,
     [](double x, const PixelCase&, float) { return x * std::min(std::max(x / 6 + 0.5, 0.0), 1.0); }, 4},
};

std::vector<PixelCase> cases_of(const Activation& activation) {
  std::vector<PixelCase> cases = pixel_cases();
  for (PixelCase& c : cases) {
    c.alpha = activation.alpha;
    c.beta = activation.beta;
  }
  return cases;
}

TEST_CASE("Activations agree with the reference", "[activation]") {
  for (const Activation& activation : kActivations) {
    INFO(activation.name);
    for (const PixelCase& c : cases_of(activation)) check_pixel_kernel(c, activation.kernel, true);
  }
}

TEST_CASE("Activations are those of float64", "[activation]") {
  for (const Activation& activation : kActivations) {
    for (const PixelCase& c : cases_of(activation)) {
      if (c.values == Values::kSpecial) continue;
      const PixelProblem problem(c);
      for (const KernelTable* table : tested_tables()) {
        const Map got = problem.run(*table, activation.kernel);
        double worst = 0;
        for_each_value(c, [&](int y, int i, int x, int n) {
          const double in = problem.a().pixel(y, i, x)[n];
          const double truth = activation.truth(in, c, problem.scale(n));
          const double size = std::abs(in) + std::abs(double{c.beta}) + std::abs(truth);
          const double bound = activation.roundings * kRounding * size + 0x1p-148;
          worst = std::max(worst, std::abs(got.pixel(y, i, x)[n] - truth) / bound);
        });
        INFO(activation.name << " " << c.reproducer() << " table " << table->arch);
        CHECK(worst <= 1.0);
      }
    }
  }
}

// One value's activation.
float activated(const KernelTable& table, PixelKernel kernel, float value, float alpha = 0, float beta = 0) {
  Map in = input_map({});
  in.pixel(0, 0, 0)[0] = value;
  Map out = output_map({.pixel_stride = kernels::kChannelQuantum});
  const float slope[kernels::kChannelQuantum] = {alpha};
  PixelArguments band;
  band.channels = band.rows = band.width = 1;
  band.a = {in.rows(), 1, in.image_stride()};
  band.out = output_rows(out);
  band.alpha = alpha;
  band.beta = beta;
  band.slopes = slope;
  kernel(table, band, {0, 1});
  return out.pixel(0, 0, 0)[0];
}

TEST_CASE("Activations of special values are as the contract says", "[activation]") {
  constexpr float inf = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
  for (const KernelTable* table : tested_tables()) {
    INFO("table " << table->arch);
    CHECK(activated(*table, &KernelTable::sigmoid, inf) == 1.0f);
    CHECK(activated(*table, &KernelTable::sigmoid, -inf) == 0.0f);
    CHECK(activated(*table, &KernelTable::sigmoid, -0.0f) == 0.5f);
    CHECK(std::isnan(activated(*table, &KernelTable::sigmoid, nan)));
    CHECK(activated(*table, &KernelTable::sigmoid, -100.0f) > 0.0f);  // a denormal, not flushed
    CHECK(activated(*table, &KernelTable::silu, inf) == inf);
    CHECK(activated(*table, &KernelTable::silu, 3e38f) == 3e38f);
    CHECK(std::signbit(activated(*table, &KernelTable::silu, -0.0f)));
    for (const float far : {-inf, -3e38f, -89.0f})  // e^-88 is the least float32 but for denormals
      CHECK(std::abs(activated(*table, &KernelTable::silu, far)) < 1e-35f);
    CHECK(std::isnan(activated(*table, &KernelTable::silu, nan)));
    CHECK(activated(*table, &KernelTable::clip, nan, -1, 6) == -1.0f);
    CHECK(activated(*table, &KernelTable::clip, inf, -1, 6) == 6.0f);
    CHECK(activated(*table, &KernelTable::clip, -inf, -1, 6) == -1.0f);
    CHECK(activated(*table, &KernelTable::leaky_relu, -inf, 0.5f) == -inf);
    CHECK(std::isnan(activated(*table, &KernelTable::prelu, nan, 0.5f)));
    CHECK(activated(*table, &KernelTable::hard_swish, 3.0f) == 3.0f);
    CHECK(activated(*table, &KernelTable::hard_swish, -3.0f) == 0.0f);
    CHECK(activated(*table, &KernelTable::hard_sigmoid, nan, 0.2f, 0.5f) == 0.0f);
  }
}

}  // namespace
}  // namespace fcn::test

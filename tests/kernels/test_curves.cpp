// SPDX-License-Identifier: MIT
// Activations that are curves, on every table: bits against the reference; every 1499th float against
// float64, with a bound in roundings of the result, so that small results count as much as large ones;
// special values.
#include <algorithm>
#include <numbers>

#include "tests/kernels/pixelwise_check.hpp"

namespace fcn::test {
namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

struct Curve {
  const char* name;
  PixelKernel kernel;
  float alpha, beta;
  long double (*truth)(long double x, long double alpha, long double beta);
  double roundings;    ///< of the result
  double of_argument;  ///< roundings of x besides, where a sum with 1 leaves a small result
};

long double softplus(long double x) {
  return std::max(x, 0.0L) + std::log1p(std::exp(-std::abs(x)));
}

// Counted from exp's 4 roundings of its result (e^x - 1: of the fraction, which is no more). A result that is
// e^v of a rounded v, or one less, errs by as many roundings as v is large: at most 104, where sigmoid's
// ends.
const Curve kCurves[] = {
    {"elu", &KernelTable::elu, 1.5f, 1.0f,
     [](long double x, long double a, long double b) { return x > 0 ? b * x : a * std::expm1(x); }, 6, 0},
    {"selu", &KernelTable::elu, 1.7580993f, 1.0507010f,
     [](long double x, long double a, long double b) { return x > 0 ? b * x : a * std::expm1(x); }, 6, 0},
    {"gelu", &KernelTable::gelu, 0, 0,
     [](long double x, long double, long double) {
       return x / 2 * (1 + std::erf(x / std::numbers::sqrt2_v<long double>));
     },
     2, 4},
    {"gelu_tanh", &KernelTable::gelu_tanh, 0, 0,
     [](long double x, long double, long double) {
       const long double root = std::sqrt(2 / std::numbers::pi_v<long double>);
       return x / 2 * (1 + std::tanh(root * (x + 0.044715L * x * x * x)));
     },
     8, 4},
    {"softplus", &KernelTable::softplus, 0, 0,
     [](long double x, long double, long double) { return softplus(x); }, 9, 0},
    {"softsign", &KernelTable::softsign, 0, 0,
     [](long double x, long double, long double) { return x / (1 + std::abs(x)); }, 3, 0},
    {"tanh", &KernelTable::tanh, 0, 0, [](long double x, long double, long double) { return std::tanh(x); },
     8, 0},
    {"mish", &KernelTable::mish, 0, 0,
     [](long double x, long double, long double) { return x * std::tanh(softplus(x)); }, 12, 0},
    {"abs", &KernelTable::abs, 0, 0, [](long double x, long double, long double) { return std::abs(x); }, 0,
     0},
    {"exp", &KernelTable::exp, 0, 0, [](long double x, long double, long double) { return std::exp(x); }, 5,
     0},
    {"log", &KernelTable::log, 0, 0, [](long double x, long double, long double) { return std::log(x); },
     1.001, 0},
    {"sqrt", &KernelTable::sqrt, 0, 0, [](long double x, long double, long double) { return std::sqrt(x); },
     1, 0},
    {"erf", &KernelTable::erf, 0, 0, [](long double x, long double, long double) { return std::erf(x); }, 4,
     0},
    {"cube", &KernelTable::power, 3, 0,
     [](long double x, long double a, long double) { return x < 0 ? kNan : std::pow(x, a); }, 1.001, 0},
    {"inverse root", &KernelTable::power, -0.5f, 0,
     [](long double x, long double a, long double) { return x < 0 ? kNan : std::pow(x, a); }, 1.001, 0},
    {"long power", &KernelTable::power, 17.3f, 0,
     [](long double x, long double a, long double) { return x < 0 ? kNan : std::pow(x, a); }, 1.001, 0},
};

TEST_CASE("Curves agree with the reference", "[curves]") {
  for (const Curve& curve : kCurves) {
    INFO(curve.name);
    for (PixelCase c : pixel_cases()) {
      c.alpha = curve.alpha;
      c.beta = curve.beta;
      check_pixel_kernel(c, curve.kernel, true);
    }
  }
}

/// The curve of many values at once: one pixel of as many channels.
std::vector<float> curve_of(const KernelTable& table, const Curve& curve, const std::vector<float>& values) {
  const int channels = static_cast<int>(values.size());
  Map in = input_map({.channels = channels, .pixel_stride = channels});
  std::copy(values.begin(), values.end(), in.pixel(0, 0, 0));
  Map out = output_map({.channels = channels, .pixel_stride = round_up(channels, kernels::kChannelQuantum)});
  PixelArguments band;
  band.channels = channels;
  band.rows = band.width = 1;
  band.a = {in.rows(), channels, in.image_stride()};
  band.out = output_rows(out);
  band.alpha = curve.alpha;
  band.beta = curve.beta;
  curve.kernel(table, band, {0, 1});
  return {out.pixel(0, 0, 0), out.pixel(0, 0, 0) + channels};
}

std::vector<float> sampled_floats() {
  std::vector<float> values;
  for (std::uint32_t bits = 0; bits < 0x7f800000u; bits += 1499 * 41) {
    values.push_back(std::bit_cast<float>(bits));
    values.push_back(-values.back());
  }
  for (float x = -110; x < 110; x += 0.0037f) values.push_back(x);
  return values;
}

TEST_CASE("Curves are those of float64", "[curves]") {
  const std::vector<float> values = sampled_floats();
  for (const Curve& curve : kCurves) {
    for (const KernelTable* table : tested_tables()) {
      const std::vector<float> got = curve_of(*table, curve, values);
      double worst = 0;
      float worst_at = 0;
      bool same_nan = true;
      for (std::size_t i = 0; i < values.size(); ++i) {
        const long double truth = curve.truth(values[i], curve.alpha, curve.beta);
        same_nan &= std::isnan(truth) == std::isnan(got[i]);
        if (std::isnan(truth) || got[i] == static_cast<float>(truth)) continue;
        const long double size = curve.roundings * std::abs(truth) +
                                 curve.of_argument * std::abs(static_cast<long double>(values[i]));
        // Denormal results, and denormal gates of x, err by their last bit.
        const long double last = (1 + std::abs(static_cast<long double>(values[i]))) * 0x1p-149L;
        const auto error = static_cast<double>(std::abs(got[i] - truth) / (size * 0x1p-24L + last));
        if (!(error <= worst)) worst = error, worst_at = values[i];
      }
      INFO(curve.name << " table " << table->arch << ", " << worst << " of the bound at " << worst_at);
      CHECK(worst <= 1.0);
      CHECK(same_nan);
    }
  }
}

TEST_CASE("Curves of special values are as the contract says", "[curves]") {
  struct Special {
    const char* name;
    float x, truth;
  };
  const Special specials[] = {{"elu", -kInf, -1.5f},
                              {"elu", kInf, kInf},
                              {"elu", 0, 0},
                              {"gelu", kInf, kInf},
                              {"gelu", 40, 40},
                              {"gelu_tanh", kInf, kInf},
                              {"gelu_tanh", -3e38f, 0},
                              {"softplus", kInf, kInf},
                              {"softplus", -kInf, 0},
                              {"softplus", 100, 100},
                              {"softsign", 3e38f, 1},
                              {"softsign", -kInf, kNan},
                              {"tanh", kInf, 1},
                              {"tanh", -kInf, -1},
                              {"tanh", 1e-40f, 1e-40f},
                              {"tanh", -20, -1},
                              {"mish", kInf, kInf},
                              {"mish", -kInf, kNan},
                              {"mish", -3e38f, 0},
                              {"abs", -kInf, kInf},
                              {"exp", kInf, kInf},
                              {"exp", -kInf, 0},
                              {"exp", 89, kInf},
                              {"log", 0, -kInf},
                              {"log", -0.0f, -kInf},
                              {"log", kInf, kInf},
                              {"log", -1, kNan},
                              {"log", 1, 0},
                              {"sqrt", -1, kNan},
                              {"sqrt", kInf, kInf},
                              {"erf", kInf, 1},
                              {"erf", -kInf, -1},
                              {"erf", 4, 1},
                              {"cube", 0, 0},
                              {"cube", -1, kNan},
                              {"cube", kInf, kInf},
                              {"cube", 2, 8},
                              {"inverse root", 0, kInf},
                              {"inverse root", -0.0f, kInf},
                              {"inverse root", kInf, 0}};
  for (const KernelTable* table : tested_tables()) {
    for (const Special& special : specials) {
      const auto curve = std::find_if(std::begin(kCurves), std::end(kCurves), [&](const Curve& each) {
        return std::string(each.name) == special.name;
      });
      REQUIRE(curve != std::end(kCurves));
      const float got = curve_of(*table, *curve, {special.x})[0];
      INFO(special.name << " of " << special.x << " is " << got << " by table " << table->arch);
      CHECK(((std::isnan(got) && std::isnan(special.truth)) || got == Approx(special.truth).epsilon(1e-6)));
    }
    const Curve& gelu = *std::find_if(std::begin(kCurves), std::end(kCurves),
                                      [](const Curve& each) { return std::string(each.name) == "gelu"; });
    for (const float got : curve_of(*table, gelu, {-kInf, -3e38f, -40, -7})) CHECK((got < 0 && got > -1e-8f));
    for (const Curve& curve : kCurves) {
      INFO(curve.name << " table " << table->arch);
      CHECK(std::isnan(curve_of(*table, curve, {kNan})[0]));
    }
    const Curve first_power{"", &KernelTable::power, 0, 0, nullptr, 0, 0};
    CHECK(curve_of(*table, first_power, {0, 3, kInf}) == std::vector<float>{1, 1, 1});
  }
}

}  // namespace
}  // namespace fcn::test

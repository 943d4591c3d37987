// SPDX-License-Identifier: MIT
// The exponential's error against float64, over every 997th float32 of its domain. Softmax ties the
// vectorised one to this one, bit for bit.
#include <algorithm>

#include "fcn/kernels/reference/exp.hpp"
#include "tests/kernels/kernel_check.hpp"

namespace fcn::test {
namespace {

using kernels::reference::exp_nonpositive;

TEST_CASE("The exponential is within 4 x 2^-24 of float64's", "[exp]") {
  // Cephes states 1.7e-7, which is 2.9 x 2^-24, for its own steps. Ours fuse some, and denormal results round
  // to their last bit.
  double worst = 0;
  for (std::uint32_t bits = 0x80000000u; bits <= std::bit_cast<std::uint32_t>(-104.0f); bits += 997) {
    const float x = std::bit_cast<float>(bits);
    const double truth = std::exp(double{x});
    worst = std::max(worst, std::abs(exp_nonpositive(x) - truth) / (4 * 0x1p-24 * truth + 0x1p-149));
  }
  INFO("largest error, in units of the bound: " << worst);
  CHECK(worst <= 1.0);
  CHECK(worst > 0.1);
}

TEST_CASE("The exponential of a negative is within 3 x 2^-24 of float64's, and ln 2's error", "[exp]") {
  // One rounding of r, which is at most 1/2, two of the polynomial, their product's none; ln 2 errs by 0.032
  // x 2^-24 for each power of two.
  double worst = 0;
  const auto check = [&](float y) {
    const auto t = kernels::reference::exp_of_negative(y);
    const double truth = std::exp(-double{y});
    const double bound = (3 + 0.032 * std::abs(y) * 1.4427) * 0x1p-24 * truth;
    worst = std::max(worst, std::abs(double{t.fraction} * double{t.power} - truth) / bound);
  };
  for (std::uint32_t bits = 0; bits <= std::bit_cast<std::uint32_t>(87.0f); bits += 997) {
    check(std::bit_cast<float>(bits));
    check(-std::bit_cast<float>(bits));
  }
  check(-88.0f);
  INFO("largest error, in units of the bound: " << worst);
  CHECK(worst <= 1.0);
  CHECK(worst > 0.1);
}

TEST_CASE("The exponential of special values", "[exp]") {
  CHECK(exp_nonpositive(0.0f) == 1.0f);
  CHECK(exp_nonpositive(-0.0f) == 1.0f);
  CHECK(exp_nonpositive(-std::numeric_limits<float>::denorm_min()) == 1.0f);
  CHECK(exp_nonpositive(-std::numeric_limits<float>::infinity()) == 0.0f);
  CHECK(exp_nonpositive(std::numeric_limits<float>::lowest()) == 0.0f);
  CHECK(std::isnan(exp_nonpositive(std::numeric_limits<float>::quiet_NaN())));
  CHECK(exp_nonpositive(-100.0f) > 0.0f);  // a denormal, not flushed
}

}  // namespace
}  // namespace fcn::test

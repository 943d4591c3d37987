// SPDX-License-Identifier: MIT
// Winograd along the rows of 7-column convolutions of stride 2 on every table: its transforms against their
// matrices, bits against the reference, values against float64, any slicing, nothing written or read out of
// place. Together with a max-pool: test_conv_max_pool.cpp.
#include "fcn/kernels/reference/winograd_rows.hpp"
#include "tests/kernels/winograd_rows_check.hpp"

namespace fcn::test {
namespace {

using Eigen::VectorXd;

VectorXd random_vector(Eigen::Index size, RandomFloats& random) {
  VectorXd v(size);
  for (double& x : v) x = random();
  return v;
}

VectorXd every_second(const VectorXd& v, Eigen::Index first, Eigen::Index count) {
  return v(Eigen::seqN(first, count, 2));
}

ConvCase rows_case(int in_channels, int out_channels, int h, int w) {
  return {.shape = {in_channels, out_channels, 1, 7, 7, 2, 2, 1, 1, 3},
          .algorithm = ConvAlgorithm::rowwise,
          .in_h = h,
          .in_w = w,
          .pad_top = 3,
          .pad_bottom = 3,
          .pad_right = 3};
}

void check_rows(const ConvCase& c) {
  INFO(c.reproducer());
  const ConvProblem problem(c);
  const Map truth = problem.run(reference_table());
  REQUIRE(truth.frame_intact());
  for (const KernelTable* table : tested_tables()) {
    INFO("table " << table->arch);
    const Map got = problem.run(*table);
    CHECK(got.frame_intact());
    if (shares_bits(*table)) CHECK(first_difference(truth, got) == "");
    const Map sliced = problem.run(*table, c.seed);
    CHECK(sliced.frame_intact());
    CHECK(first_difference(got, sliced) == "");
    if (c.values == Values::kRandom) CHECK(row_error_in_bounds(c, problem, got) <= 1.0);
  }
}

TEST_CASE("The matrices of Winograd along the rows compute every second of seven taps",
          "[winograd][winograd_rows]") {
  RandomFloats random(test_seed(), Values::kRandom);
  const WinogradRowMatrices m;
  for (int repeat = 0; repeat < 100; ++repeat) {
    const VectorXd d = random_vector(13, random), g = random_vector(7, random);
    const VectorXd even = every_second(d, 0, 7), odd = every_second(d, 1, 6);
    VectorXd products = (m.even_filter * every_second(g, 0, 4)).cwiseProduct(m.even_input() * even);
    products.head(6) += (m.odd_filter * every_second(g, 1, 3)).cwiseProduct(m.input * odd);
    const VectorXd y = m.output * products;
    // The entries of a row of |A^T| (|G| 1 . |B^T| 1) add up to less than 200, and fewer than 32 roundings of
    // float64 lie on the way.
    const double bound = 32 * 0x1p-53 * 200 * d.cwiseAbs().maxCoeff() * g.cwiseAbs().maxCoeff();
    for (int i = 0; i < 4; ++i) CHECK(std::abs(y[i] - g.dot(d.segment(2 * i, 7))) <= bound);
  }
}

TEST_CASE("The transforms of Winograd along the rows are their matrices", "[winograd][winograd_rows]") {
  namespace ref = kernels::reference;
  RandomFloats random(test_seed(), Values::kRandom);
  const WinogradRowMatrices m;
  const Eigen::MatrixXd even_magnitude = m.even_magnitude();
  for (int repeat = 0; repeat < 1000; ++repeat) {
    const VectorXd x = random_vector(13, random), seven = random_vector(7, random);
    float line[26], even[7], odd[6];
    for (int i = 0; i < 13; ++i) line[2 * i] = static_cast<float>(x[i]);
    ref::winograd_row_input(line, 2, even, odd);
    const VectorXd x_even = every_second(x, 0, 7), x_odd = every_second(x, 1, 6);
    const VectorXd v_even = m.even_input() * x_even, v_odd = m.input * x_odd;
    // One more rounding for float64's own.
    const double unit = (WinogradRowMatrices::kInputRoundings + 1) * 0x1p-24;
    for (int i = 0; i < 7; ++i)
      CHECK(std::abs(even[i] - v_even[i]) <= unit * even_magnitude.row(i).dot(x_even.cwiseAbs()));
    for (int i = 0; i < 6; ++i)
      CHECK(std::abs(odd[i] - v_odd[i]) <= unit * m.input.row(i).cwiseAbs().dot(x_odd.cwiseAbs()));

    float products[7], taps[7];
    for (int i = 0; i < 7; ++i) products[i] = taps[i] = static_cast<float>(seven[i]);
    ref::winograd_row_output(products);
    const VectorXd y = m.output * seven;
    for (int i = 0; i < 4; ++i)
      CHECK(std::abs(products[i] * std::pow(0.75, i) - y[i]) <=
            (WinogradRowMatrices::kOutputRoundings + 1) * 0x1p-24 *
                m.output.row(i).cwiseAbs().dot(seven.cwiseAbs()));

    double even_taps[7], odd_taps[6];
    ref::winograd_row_filter(taps, even_taps, odd_taps);
    const VectorXd g_even = every_second(seven, 0, 4), g_odd = every_second(seven, 1, 3);
    for (int i = 0; i < 7; ++i)
      CHECK(std::abs(even_taps[i] - m.even_filter.row(i).dot(g_even)) <=
            16 * 0x1p-53 * m.even_filter.row(i).cwiseAbs().dot(g_even.cwiseAbs()));
    for (int i = 0; i < 6; ++i)
      CHECK(std::abs(odd_taps[i] - m.odd_filter.row(i).dot(g_odd)) <=
            16 * 0x1p-53 * m.odd_filter.row(i).cwiseAbs().dot(g_odd.cwiseAbs()));
  }
}

TEST_CASE("Winograd along the rows of maps of every size near a tile's", "[winograd][winograd_rows]") {
  for (int height : {1, 2, 5})
    for (int width = 1; width <= 34; ++width) check_rows(rows_case(3, 5, height, width));
}

TEST_CASE("Winograd along the rows of every number of channels near a register's",
          "[winograd][winograd_rows]") {
  for (int in_channels = 1; in_channels <= kernels::kMostRowWinogradChannels; ++in_channels)
    for (int channels : {1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 32, 33, 64, 65, 130})
      check_rows(rows_case(in_channels, channels, 4, 11));
}

TEST_CASE("Winograd along the rows of more tiles than a block holds", "[winograd][winograd_rows]") {
  ConvCase c = rows_case(3, 20, 3, 450);
  check_rows(c);
  c.images = 3, c.in_w = 90;
  check_rows(c);
}

TEST_CASE("Winograd along the rows of random shapes", "[winograd][winograd_rows]") {
  RandomFloats random(test_seed(), Values::kRandom);
  int checked = 0;
  for (unsigned i = 0; i < 70; ++i) {
    ConvCase c =
        rows_case(1 + random.pick(kernels::kMostRowWinogradChannels),
                  1 + random.pick(random.pick(4) == 0 ? 70 : 12), 1 + random.pick(12), 1 + random.pick(50));
    c.shape.kernel_h = 1 + random.pick(8), c.shape.stride_y = 1 + random.pick(3);
    c.shape.dilation_y = 1 + random.pick(2), c.shape.pad_left = random.pick(5);
    c.pad_top = random.pick(4), c.pad_bottom = random.pick(4), c.pad_right = random.pick(4);
    c.images = 1 + random.pick(3);
    c.spare_channels = random.pick(2) * random.pick(16);
    c.bias = random.pick(4) != 0, c.residual = random.pick(2) != 0, c.relu = random.pick(2) != 0;
    c.in_place = random.pick(2) != 0;
    if (random.pick(3) == 0) c.ceiling = 1.5f;
    c.values = random.pick(3) == 0 ? Values::kSpecial : Values::kRandom;
    c.seed = test_seed() + i;
    if (c.out_h() < 1 || c.out_w() < 1) continue;
    check_rows(c);
    ++checked;
  }
  CHECK(checked > 40);
}

TEST_CASE("A NaN spoils the tiles of a row that read it and no other", "[winograd][winograd_rows]") {
  const ConvCase c = rows_case(2, 3, 12, 60);
  ConvProblem problem(c);
  std::vector<Map> clean;
  for (const KernelTable* table : tested_tables()) clean.push_back(problem.run(*table));
  problem.input().pixel(5, 0, 21)[1] = std::numeric_limits<float>::quiet_NaN();
  for (std::size_t i = 0; i < clean.size(); ++i) {
    const Map got = problem.run(*tested_tables()[i]);
    for (int y = 0; y < c.out_h(); ++y)
      for (int x = 0; x < c.out_w(); ++x) {
        const int first = x / 4 * 8 - 3;
        const bool reads = std::abs(2 * y - 5) <= 3 && first <= 21 && 21 < first + 13;
        CHECK((reads || same_value(clean[i].pixel(y, 0, x)[2], got.pixel(y, 0, x)[2])));
        if (std::abs(2 * y - 5) <= 3 && std::abs(2 * x - 21) <= 3)
          CHECK_FALSE(std::isfinite(got.pixel(y, 0, x)[2]));
      }
  }
}

TEST_CASE("The bound on the error of Winograd along the rows is far below its values",
          "[winograd][winograd_rows]") {
  const ConvCase c = rows_case(3, 32, 9, 20);
  const ConvProblem problem(c);
  Map wrong = problem.run(reference_table());
  CHECK(row_error_in_bounds(c, problem, wrong) > 0.0);
  CHECK(row_error_in_bounds(c, problem, wrong) <= 1.0);
  wrong.pixel(2, 0, 3)[7] += 0.01f;
  CHECK(row_error_in_bounds(c, problem, wrong) > 1.0);
}

}  // namespace
}  // namespace fcn::test

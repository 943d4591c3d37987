// SPDX-License-Identifier: MIT
// Winograd's transforms one by one: the reference's steps against the matrices in float64, the matrices
// against convolution itself, and every table's transformed weights against float64.
#include "fcn/kernels/reference/winograd.hpp"
#include "tests/kernels/winograd_check.hpp"

namespace fcn::test {
namespace {

using Eigen::VectorXd;

VectorXd random_vector(Eigen::Index size, RandomFloats& random) {
  VectorXd v(size);
  for (double& x : v) x = random();
  return v;
}

/// A line of floats, spread over memory as the reference takes it.
struct Line {
  static constexpr int stride = 3;
  float floats[6 * stride];

  explicit Line(const VectorXd& v) {
    for (int i = 0; i < v.size(); ++i) floats[i * stride] = static_cast<float>(v[i]);
  }
  double operator[](int i) const { return floats[i * stride]; }
};

TEST_CASE("Winograd's matrices compute a convolution of three taps", "[winograd]") {
  RandomFloats random(test_seed(), Values::kIntegers);
  for (const WinogradForm form : kWinogradForms) {
    const auto m = WinogradMatrices::of(form);
    for (int repeat = 0; repeat < 100; ++repeat) {
      const VectorXd d = random_vector(form.taps(), random), g = 24.0 * random_vector(3, random);
      const VectorXd y = m.scaled_output() * (m.filter * g).cwiseProduct(m.input * d);
      const VectorXd magnitude =
          m.scaled_output().cwiseAbs() *
          (m.filter.cwiseAbs() * g.cwiseAbs()).cwiseProduct(m.input.cwiseAbs() * d.cwiseAbs());
      // Roundings of float64: of a filter's entry 4, the filter's sum 3, the input's 6, their product 1, the
      // output's 6.
      for (int i = 0; i < form.tile; ++i)
        CHECK(std::abs(y[i] - g.dot(d.segment(i * form.stride, 3))) <= 20 * 0x1p-53 * magnitude[i]);
    }
  }
}

TEST_CASE("Winograd's input and output transforms are their matrices", "[winograd]") {
  RandomFloats random(test_seed(), Values::kRandom);
  for (const WinogradForm form : kWinogradForms) {
    const auto m = WinogradMatrices::of(form);
    // One more rounding for float64's own.
    const double input_unit = (m.input_roundings + 1) * 0x1p-24,
                 output_unit = (m.output_roundings + 1) * 0x1p-24;
    for (int repeat = 0; repeat < 1000; ++repeat) {
      const VectorXd x = random_vector(form.taps(), random);
      Line line(x);
      kernels::reference::winograd_input_line({form.tile, form.stride}, line.floats, Line::stride);
      const VectorXd v = m.input * x, v_bound = input_unit * (m.input.cwiseAbs() * x.cwiseAbs());
      for (int i = 0; i < form.taps(); ++i) CHECK(std::abs(line[i] - v[i]) <= v_bound[i]);

      line = Line(x);
      kernels::reference::winograd_output_line({form.tile, form.stride}, line.floats, Line::stride);
      const VectorXd y = m.output * x, y_bound = output_unit * (m.output.cwiseAbs() * x.cwiseAbs());
      for (int i = 0; i < form.tile; ++i) CHECK(std::abs(line[i] - y[i]) <= y_bound[i]);
    }
  }
}

TEST_CASE("The transforms of a short tile's columns are their matrices, which compute two rows",
          "[winograd]") {
  namespace ref = kernels::reference;
  RandomFloats random(test_seed(), Values::kRandom);
  const auto m = WinogradMatrices::of_short();
  for (int repeat = 0; repeat < 1000; ++repeat) {
    const VectorXd x = random_vector(6, random), g = random_vector(3, random);
    const VectorXd y = m.scaled_output() * (m.filter * g).cwiseProduct(m.input * x);
    const VectorXd magnitude =
        m.scaled_output().cwiseAbs() *
        (m.filter.cwiseAbs() * g.cwiseAbs()).cwiseProduct(m.input.cwiseAbs() * x.cwiseAbs());
    // Roundings of float64, as above.
    for (int i = 0; i < 2; ++i) CHECK(std::abs(y[i] - g.dot(x.segment(i, 3))) <= 20 * 0x1p-53 * magnitude[i]);

    // Two roundings in, two out, and one for float64's own.
    Line line(x);
    ref::winograd_short_input_line(line.floats, Line::stride);
    const VectorXd v = m.input * x, v_magnitude = m.input.cwiseAbs() * x.cwiseAbs();
    for (int i = 0; i < 6; ++i) CHECK(std::abs(line[i] - v[i]) <= 3 * 0x1p-24 * v_magnitude[i]);
    line = Line(x);
    ref::winograd_short_output_line(line.floats, Line::stride);
    const VectorXd out = m.output * x, out_magnitude = m.output.cwiseAbs() * x.cwiseAbs();
    for (int i = 0; i < 2; ++i) CHECK(std::abs(line[i] - out[i]) <= 3 * 0x1p-24 * out_magnitude[i]);
  }
}

TEST_CASE("Transformed weights are float64's, rounded once", "[winograd]") {
  RandomFloats random(test_seed(), Values::kRandom);
  for (const WinogradForm form : kWinogradForms) {
    const auto m = WinogradMatrices::of(form);
    for (int repeat = 0; repeat < 1000; ++repeat) {
      float g[9];
      Eigen::Matrix3d g64;
      for (int i = 0; i < 9; ++i) g64(i / 3, i % 3) = g[i] = random();
      const kernels::ConvShape shape{1, 1, 1, 3, 3, form.stride, form.stride, 1, 1, 1};
      std::vector<float> packed(reference_table().packed_winograd_size(shape, algorithm_of(form)));
      reference_table().pack_winograd(shape, algorithm_of(form), g, nullptr, packed.data());
      const Eigen::MatrixXd u = m.filter * g64 * m.filter.transpose();
      // Float64 rounds at most ten times a dimension on the way: 20 * 2^-53 of the absolute values.
      const Eigen::MatrixXd slack =
          20 * 0x1p-53 * (m.filter.cwiseAbs() * g64.cwiseAbs() * m.filter.cwiseAbs().transpose());
      const int filters = form.tile + 2;  // rows of G further down repeat the last
      for (int i = 0; i < filters * filters; ++i) {
        const int row = i / filters, column = i % filters;
        const double truth = u(row, column);
        CHECK(std::abs(packed[static_cast<std::size_t>(1 + i)] - truth) <=
              0x1p-24 * std::abs(truth) + 2 * slack(row, column));
      }
    }
  }
}

TEST_CASE("Half transformed weights are float64's, and their second transform is a matrix", "[winograd]") {
  RandomFloats random(test_seed(), Values::kRandom);
  const auto m = WinogradMatrices::of({4, 1});
  const kernels::ConvShape shape{257, 256, 1, 3, 3, 1, 1, 1, 1, 1};
  std::vector<float> weights(std::size_t{257} * 256 * 9);
  for (float& w : weights) w = random();
  std::vector<float> packed(reference_table().packed_winograd_size(shape, ConvAlgorithm::winograd4));
  CHECK(packed.size() == 256 + std::size_t{257} * 256 * 18);
  reference_table().pack_winograd(shape, ConvAlgorithm::winograd4, weights.data(), nullptr, packed.data());
  constexpr double s = 0.75;
  const Eigen::Vector3d scale(1 / (4 * s * s * s * s), 1 / (12 * s * s * s), 1 / (s * s * s));
  for (std::size_t kernel = 0; kernel < 1000; ++kernel) {
    Eigen::Matrix3d g;
    for (int i = 0; i < 9; ++i) g(i / 3, i % 3) = weights[kernel * 9 + static_cast<std::size_t>(i)];
    const Eigen::MatrixXd h = m.filter * g, h_magnitude = m.filter.cwiseAbs() * g.cwiseAbs();
    for (int i = 0; i < 6; ++i) {
      const float* half = packed.data() + 256 + kernel * 18 + i * 3;
      for (int x = 0; x < 3; ++x) {
        CHECK(std::abs(half[x] - scale[x] * h(i, x)) <=
              scale[x] * (0x1p-24 * std::abs(h(i, x)) + 20 * 0x1p-53 * h_magnitude(i, x)));
      }
      float u[6];
      kernels::reference::winograd_half_line(half, u);
      // All of error_in_bounds' roundings but the half's own, and one for float64's.
      const Eigen::Vector3d line(half[0] / scale[0], half[1] / scale[1], half[2] / scale[2]);
      const VectorXd truth = m.filter * line, bound = 6 * 0x1p-24 * (m.filter.cwiseAbs() * line.cwiseAbs());
      for (int k = 0; k < 6; ++k) CHECK(std::abs(u[k] - truth[k]) <= bound[k]);
    }
  }
}

TEST_CASE("Every table transforms weights to the same bits", "[winograd]") {
  // Seen through convolution: one input channel that is 1 at a single pixel, so that each output is a sum
  // of transformed weights; ragged panels and a bias to find its place.
  for (const WinogradForm form : kWinogradForms) {
    for (int out_channels : {1, 5, 16, 70}) {
      WinogradProblem problem(
          {.form = form, .in_channels = 1, .out_channels = out_channels, .in_h = 4, .in_w = 4});
      for (int i = 0; i < 16; ++i) problem.input().pixel(i / 4, 0, i % 4)[0] = i == 6 ? 1.0f : 0.0f;
      const Map truth = problem.run(reference_table());
      for (const KernelTable* table : tested_tables()) {
        INFO("table " << table->arch << " tile " << form.tile << " stride " << form.stride << " channels "
                      << out_channels);
        if (shares_bits(*table)) CHECK(first_difference(truth, problem.run(*table)) == "");
      }
    }
  }
}

}  // namespace
}  // namespace fcn::test

// SPDX-License-Identifier: MIT
// What Winograd along the rows may err by, derived from the matrices of its transforms.
#pragma once

#include <Eigen/Core>
#include <vector>

#include "tests/kernels/conv_check.hpp"
#include "tests/kernels/winograd_matrices.hpp"

namespace fcn::test {

/// The matrices of F(4, 7) of stride 2, for its even and its odd inputs and taps. The first is F(4, 4) with
/// the points 0, s, -s, 2 s, -2 s, infinity, s/2, with s = 3/4. Its input is transformed in two steps, `thin`
/// and then that of F(4, 3); the point s/2 has a step of its own.
struct WinogradRowMatrices {
  Eigen::MatrixXd input, thin, half;          ///< B^T of F(4, 3); 6 x 7; 1 x 7
  Eigen::MatrixXd even_filter, odd_filter;    ///< G: 7 x 4 and 6 x 3
  Eigen::MatrixXd output;                     ///< A^T: 4 x 7
  static constexpr int kInputRoundings = 3;   ///< one of the first step, F(4, 3)'s two; on SSE2 twice as many
  static constexpr int kOutputRoundings = 4;  ///< F(4, 3)'s three and one

  WinogradRowMatrices() {
    const auto common = WinogradMatrices::of({4, 1});
    input = common.input;
    odd_filter = common.filter;
    thin = Eigen::MatrixXd::Zero(6, 7);
    constexpr double s = 0.75, s2 = s * s, s3 = s2 * s;
    for (int i = 0; i < 6; ++i) thin(i, i) = -s / 2, thin(i, i + 1) = 1;
    half = Eigen::MatrixXd{{0, 4 * s2 * s2, 0, -5 * s2, 0, 1, 0}};
    even_filter.resize(7, 4);
    even_filter << -1.0 / 2, 0, 0, 0,              //
        -1.0 / 3, -1.0 / 3, -1.0 / 3, -1.0 / 3,    //
        1.0 / 9, -1.0 / 9, 1.0 / 9, -1.0 / 9,      //
        1.0 / 36, 1.0 / 18, 1.0 / 9, 2.0 / 9,      //
        -1.0 / 60, 1.0 / 30, -1.0 / 15, 2.0 / 15,  //
        0, 0, 0, 1 / s,                            //
        32.0 / 45, 16.0 / 45, 8.0 / 45, 4.0 / 45;
    even_filter *= Eigen::Vector4d(1, s, s2, s3).asDiagonal();
    even_filter /= s2 * s3;
    output.resize(4, 7);
    output.leftCols(6) = common.output;
    output.col(6) << 1, 0.5, 0.25, 0.125;
    output = common.scale.asDiagonal() * output;
  }

  /// B^T of the even inputs.
  Eigen::MatrixXd even_input() const {
    Eigen::MatrixXd whole(7, 7);
    whole << input * thin, half;
    return whole;
  }
  /// What the even inputs' roundings are relative to: no step takes off what a former one added, but the
  /// product of the two steps does.
  Eigen::MatrixXd even_magnitude() const {
    Eigen::MatrixXd whole(7, 7);
    whole << input.cwiseAbs() * thin.cwiseAbs(), half.cwiseAbs();
    return whole;
  }
};

/// The largest distance of a case of tile 4 from float64, in units of what float32 may err by. Along the way
/// to an output lie the roundings of the input, two of a weight (float64's and the last), one of each product
/// summed (an even and an odd one for each channel and kernel row, one more on SSE2), those of the output, of
/// its scale on SSE2, of bias and residual, and float64's own sums': relative to
/// |A^T| (sum of |G| |g| . |B^T| |d|) as in winograd_check.hpp.
inline double row_error_in_bounds(const ConvCase& c, const ConvProblem& problem, const Map& got) {
  using Eigen::VectorXd;
  const WinogradRowMatrices m;
  const Eigen::MatrixXd even_input = m.even_magnitude(), odd_input = m.input.cwiseAbs();
  const Eigen::MatrixXd even_filter = m.even_filter.cwiseAbs(), odd_filter = m.odd_filter.cwiseAbs();
  const kernels::ConvShape& s = c.shape;
  const double roundings = 2 * WinogradRowMatrices::kInputRoundings + 2 + 2 * s.in_channels * s.kernel_h + 1 +
                           WinogradRowMatrices::kOutputRoundings + 3 + 1;
  return problem.error_in_bounds(got, roundings, [&](int y, int image, int x, int n, double) {
    const int first = x / 4 * 8 - s.pad_left;
    VectorXd products = VectorXd::Zero(7);
    for (int channel = 0; channel < s.in_channels; ++channel)
      for (int ky = 0; ky < s.kernel_h; ++ky) {
        VectorXd even(7), odd(6), even_taps(4), odd_taps(3);
        for (int i = 0; i < 13; ++i)
          (i % 2 == 0 ? even : odd)[i / 2] = std::abs(problem.input(y, ky, image, first + i, channel));
        for (int i = 0; i < 7; ++i) {
          const auto at = static_cast<std::size_t>(((n * s.in_channels + channel) * s.kernel_h + ky) * 7 + i);
          (i % 2 == 0 ? even_taps : odd_taps)[i / 2] = std::abs(problem.weights()[at]);
        }
        products += (even_filter * even_taps).cwiseProduct(even_input * even);
        products.head(6) += (odd_filter * odd_taps).cwiseProduct(odd_input * odd);
      }
    return m.output.row(x % 4).cwiseAbs().dot(products);
  });
}

}  // namespace fcn::test

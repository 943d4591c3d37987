// SPDX-License-Identifier: MIT
// The matrices of Winograd's transforms, and how often their steps round. Those along the rows of a 7 x 7
// kernel are in winograd_rows_check.hpp.
#pragma once

#include <Eigen/Core>

#include "fcn/kernels/bands.hpp"

namespace fcn::test {

/// One of the three forms: F(tile, 3) of a convolution's stride.
struct WinogradForm {
  int tile, stride;

  int taps() const { return (tile - 1) * stride + 3; }
};

inline constexpr WinogradForm kWinogradForms[] = {{2, 1}, {4, 1}, {2, 2}};

inline kernels::ConvAlgorithm algorithm_of(WinogradForm form) {
  return form.stride == 2 ? kernels::ConvAlgorithm::polyphase
         : form.tile == 2 ? kernels::ConvAlgorithm::winograd2
                          : kernels::ConvAlgorithm::winograd4;
}

/// The matrices of a form, those of stride 1 as Lavin and Gray print them, and the roundings that a value
/// meets on its way through the steps of fcn/kernels/winograd/transform.hpp, in each dimension; `products`
/// of the input's steps are rounded once more without a fused multiply-add, on SSE2. G has a row for each
/// point, so that of stride 2 has its last two alike. Those of F(4, 3) are Lavin and Gray's for lines whose
/// value k is scaled by a power of s = 3/4; output k is what they give times `scale` [k].
struct WinogradMatrices {
  Eigen::MatrixXd input, filter, output;  ///< B^T, G, A^T
  Eigen::VectorXd scale;
  int input_roundings, output_roundings, products = 0;

  /// A^T, scale and all.
  Eigen::MatrixXd scaled_output() const { return scale.asDiagonal() * output; }

  /// Down the columns of a short tile of F(4, 3): two rows of outputs from four of inputs, points 3 and 4
  /// left out.
  static WinogradMatrices of_short() {
    WinogradMatrices m = of({4, 1});
    constexpr double s = 0.75, s2 = s * s, s4 = s2 * s2;
    m.input = Eigen::MatrixXd{{4 * s4, 0, -4 * s2, 0, 0, 0},
                              {0, s, 1, 0, 0, 0},
                              {0, -s, 1, 0, 0, 0},
                              {0, 0, 0, 0, 0, 0},
                              {0, 0, 0, 0, 0, 0},
                              {0, -s4, 0, s2, 0, 0}};
    m.output = Eigen::MatrixXd{{1, -3 * s2, -3 * s2, 0, 0, 0},
                               {0, -3 * s2, 3 * s2, 0, 0, 1},
                               {0, 0, 0, 0, 0, 0},
                               {0, 0, 0, 0, 0, 0}};
    return m;
  }
  static WinogradMatrices of(WinogradForm form) {
    WinogradMatrices m;
    m.scale = Eigen::VectorXd::Ones(form.tile);
    if (form.stride == 2) {
      m.input = Eigen::MatrixXd{
          {1, 0, -1, 0, 0}, {0, 0, 1, 0, 0}, {0, 0, -1, 0, 1}, {0, 1, 0, 0, 0}, {0, 0, 0, 1, 0}};
      m.filter = Eigen::MatrixXd{{1, 0, 0}, {1, 0, 1}, {0, 0, 1}, {0, 1, 0}, {0, 1, 0}};
      m.output = Eigen::MatrixXd{{1, 1, 0, 1, 0}, {0, 1, 1, 0, 1}};
      m.input_roundings = 1, m.output_roundings = 2;
    } else if (form.tile == 2) {
      m.input = Eigen::MatrixXd{{1, 0, -1, 0}, {0, 1, 1, 0}, {0, -1, 1, 0}, {0, 1, 0, -1}};
      m.filter = Eigen::MatrixXd{{1, 0, 0}, {0.5, 0.5, 0.5}, {0.5, -0.5, 0.5}, {0, 0, 1}};
      m.output = Eigen::MatrixXd{{1, 1, 1, 0}, {0, 1, -1, -1}};
      m.input_roundings = 1, m.output_roundings = 2;
    } else {
      constexpr double s = 0.75, s2 = s * s, s3 = s2 * s, s4 = s2 * s2;
      m.input = Eigen::MatrixXd{{4, 0, -5, 0, 1, 0},  {0, -4, -4, 1, 1, 0}, {0, 4, -4, -1, 1, 0},
                                {0, -2, -1, 2, 1, 0}, {0, 2, -1, -2, 1, 0}, {0, 4, 0, -5, 0, 1}};
      m.input.topRows(5) *= Eigen::Vector<double, 6>(s4, s3, s2, s, 1, 1).asDiagonal();
      m.input.row(5) *= Eigen::Vector<double, 6>(1, s4, 1, s2, 1, 1).asDiagonal();
      m.filter =
          Eigen::MatrixXd{{6, 0, 0}, {-4, -4, -4}, {-4, 4, -4}, {1, 2, 4}, {1, -2, 4}, {0, 0, 24}} / 24;
      m.filter *= Eigen::Vector3d(1 / s4, 1 / s3, 1 / s2).asDiagonal();
      m.filter.row(5) *= 1 / s;
      m.output =
          Eigen::MatrixXd{{1, 1, 1, 1, 1, 0}, {0, 1, -1, 2, -2, 0}, {0, 1, 1, 4, 4, 0}, {0, 1, -1, 8, -8, 1}};
      m.scale = Eigen::Vector4d(1, s, s2, s3);
      m.input_roundings = 2, m.output_roundings = 3, m.products = 2;
    }
    return m;
  }
};

}  // namespace fcn::test

// SPDX-License-Identifier: MIT
// A tensor's axis times a known matrix: a fully connected layer over the whole picture, or a 1 x 1
// convolution over channels. Not here: which operator asks for it (lower_linear.cpp, lower_einsum.cpp).
#pragma once

#include <vector>

#include "tools/import/onnx/lower/lowering.hpp"

namespace fcn::tools {

/// A matrix of weights as [out][in].
struct Matrix {
  int outputs = 0;
  int inputs = 0;
  std::vector<float> values;
};

/// A known tensor of two dimensions; `outputs_first` if it lies as [out][in] already.
Matrix read_matrix(const KnownTensor& known, const std::vector<float>& values, bool outputs_first,
                   float scale);

/// The last axis times the matrix, which takes its place. `bias` has a value an output or is empty.
Feature multiply(const Feature& in, const Matrix& matrix, std::vector<float> bias, NetworkBuilder& net);

/// The same along another axis.
Feature multiply_axis(const Feature& in, std::size_t axis, const Matrix& matrix, NetworkBuilder& net);

/// Stacks of matrices, [stack][m][k] times known [stack][k][n]: a convolution with a group a stack.
Feature multiply_stacks(const Feature& in, const KnownTensor& known, const std::vector<float>& values,
                        NetworkBuilder& net);

}  // namespace fcn::tools

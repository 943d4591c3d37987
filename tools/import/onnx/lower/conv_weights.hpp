// SPDX-License-Identifier: MIT
// The weights, bias and groups of a Conv or ConvTranspose node. Not here: their lowering
// (lower_convolutions.cpp, lower_transposed.cpp).
#pragma once

#include <vector>

#include "tools/import/onnx/lower/lowering.hpp"

namespace fcn::tools {

/// Weights of a convolution, [a][b][ky][kx]; kx is 1 for one of one dimension.
struct ConvWeights {
  int first = 1;
  int second = 1;
  Extent size;
  std::vector<float> values;
};

/// A Refusal unless weights of these dimensions belong to a convolution of one or two dimensions.
void check_weight_dims(const Dims& dims);
/// Input 1, checked against attribute kernel_shape.
ConvWeights read_conv_weights(const NodeCall& call);
/// Input 2, a value for each of `channels`; empty if there is none.
std::vector<float> read_conv_bias(const NodeCall& call, int channels);
/// Attribute group.
int read_conv_groups(const NodeCall& call);

}  // namespace fcn::tools

// SPDX-License-Identifier: MIT
#include "tools/import/onnx/lower/conv_weights.hpp"

#include <algorithm>
#include <cstddef>
#include <string>

namespace fcn::tools {

void check_weight_dims(const Dims& dims) {
  if (dims.size() == 4 || dims.size() == 3) return;
  throw Refusal{
      "its weights have the shape " + dims_text(dims) + ": it is " +
      std::to_string(static_cast<int>(dims.size()) - 2) +
      "-dimensional, supported is 2-dimensional, and 1-dimensional along rows, columns or channels"};
}

ConvWeights read_conv_weights(const NodeCall& call) {
  const Dims& dims = call.known(1).dims;
  check_weight_dims(dims);
  const auto dim = [&](std::size_t i) {
    return i < dims.size() ? checked_int(dims[i], "a dimension of its weights", 1, 1 << 20) : 1;
  };
  ConvWeights kernel{
      .first = dim(0), .second = dim(1), .size = {dim(2), dim(3)}, .values = call.known_reals(1)};
  const std::vector<std::int64_t> named = call.integers("kernel_shape");
  if (!named.empty() && !std::equal(named.begin(), named.end(), dims.begin() + 2, dims.end()))
    throw Refusal{"attribute kernel_shape contradicts its weights of shape " + dims_text(dims)};
  return kernel;
}

std::vector<float> read_conv_bias(const NodeCall& call, int channels) {
  if (!call.has(2)) return {};
  std::vector<float> bias = call.known_reals(2);
  if (bias.size() != static_cast<std::size_t>(channels))
    throw Refusal{"its bias has " + std::to_string(bias.size()) + " values, expected " +
                  std::to_string(channels)};
  return bias;
}

int read_conv_groups(const NodeCall& call) {
  return checked_int(call.integer("group", 1), "attribute group", 1, 1 << 20);
}

}  // namespace fcn::tools

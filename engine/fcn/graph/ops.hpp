// SPDX-License-Identifier: MIT
// Every operation a graph can hold, as plain parameters and, until a Model packs them, its weights. Nothing
// here computes. A feature map is channels x height x width; unless a comment says otherwise an op has one
// input and gives as many channels, rows and columns as it reads.
#pragma once

#include <array>
#include <cstddef>
#include <limits>
#include <string_view>
#include <variant>
#include <vector>

#include "fcn/graph/extent.hpp"
#include "fcn/graph/moving_ops.hpp"

namespace fcn::inline FCN_ABI {

/// The picture that enters, after preprocessing.
struct Input {
  int channels = 3;
};

/// out[o] = bias[o] + sum over (ky, kx, c) of in[c] * weights[o][c][ky][kx]; then + second input if
/// `residual`, then relu.
struct Conv {
  int in_channels = 0;
  int out_channels = 0;
  Extent kernel;
  Extent stride;
  Extent dilation;
  Padding pad;
  int groups = 1;
  bool residual = false;  ///< a second input of the output's shape is added before the relu
  bool relu = false;
  float ceiling = std::numeric_limits<float>::infinity();  ///< of the relu: 6 makes it ReLU6
  std::vector<float> weights;                              ///< [out][in / groups][ky][kx]; empty once packed
  std::vector<float> bias;                                 ///< [out], or empty for none
};

/// y = (x - mean) / sqrt(variance + epsilon) * weight + bias, per channel; then relu. With mean 0, variance 1
/// and epsilon 0 it is any constant scale and shift of the channels.
struct BatchNorm {
  int channels = 0;
  double epsilon = 1e-5;
  bool relu = false;
  std::vector<float> weight;
  std::vector<float> bias;
  std::vector<float> mean;
  std::vector<float> variance;
};

struct Relu {};

/// Maximum over each window; padded taps do not take part.
struct MaxPool {
  Extent kernel;
  Extent stride;
  Extent dilation;
  Padding pad;
  bool ceil_mode =
      false;  ///< round the output size up (a window may then hang over the far edge, as in PyTorch)
};

/// Mean over each window.
struct AveragePool {
  Extent kernel;
  Extent stride;
  Padding pad;
  bool ceil_mode = false;
  bool count_include_pad =
      true;                  ///< divide by the window's size with its padding, or by the taps inside only
  Extent dilation = {1, 1};  ///< passes/dilate.hpp sets it; files hold undilated pools only
};

/// Mean over the whole feature map: 1 x 1 out, whatever the size.
struct GlobalAveragePool {};

/// a + b of two maps of one shape, then relu. (Arithmetic adds maps of different shapes.)
struct Add {
  bool relu = false;
};

/// channels x height x width -> (channels * height * width) x 1 x 1, in that (row-major, channel-first)
/// order.
struct Flatten {};

/// Fully connected: out[o] = bias[o] + sum over i of in[i] * weights[o][i]. Its input is flat (1 x 1).
struct Linear {
  int in_features = 0;
  int out_features = 0;
  std::vector<float> weights;  ///< [out][in]
  std::vector<float> bias;     ///< [out], or empty for none
};

/// Softmax over the channels of each pixel.
struct Softmax {};

/// What Activation makes of each value x.
enum class ActivationKind {
  leaky_relu,    ///< x > 0 ? x : alpha x
  clip,          ///< x, but at least alpha and at most beta; NaN gives alpha (ReLU6 is clip from 0 to 6)
  sigmoid,       ///< 1 / (1 + e^-x)
  hard_sigmoid,  ///< clip of alpha x + beta from 0 to 1
  hard_swish,    ///< x times the clip of x / 6 + 1 / 2 from 0 to 1
  silu,          ///< x sigmoid(x), also known as swish
  elu,           ///< x > 0 ? beta x : alpha (e^x - 1); of beta 1 ELU, else SELU
  gelu,          ///< x / 2 (1 + erf(x / sqrt 2))
  gelu_tanh,     ///< x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))
  softplus,      ///< ln(1 + e^x)
  softsign,      ///< x / (1 + |x|)
  tanh,
  mish,  ///< x tanh(softplus(x))
  abs,
  exp,
  log,   ///< NaN below 0
  sqrt,  ///< likewise
  erf,
  power,  ///< x^alpha; NaN below 0, and at 0 what C's pow gives for +0
};

/// A function of each value by itself. (Relu has an op of its own, because it is fused into others.)
struct Activation {
  ActivationKind kind = ActivationKind::clip;
  float alpha = 0;
  float beta = 0;
};

/// x > 0 ? x : slope[channel] x.
struct PRelu {
  int channels = 0;
  std::vector<float> slope;  ///< [channels]
};

enum class ArithmeticKind { add, subtract, multiply, divide, minimum, maximum };

/// a + b, a - b, a b, a / b, or the lesser or greater (NaN if either is), value by value. Along each of
/// channels, height and width the two inputs have the same size, or one of them has size 1 and is repeated: a
/// squeeze-and-excite gate is channels x 1 x 1.
struct Arithmetic {
  ArithmeticKind kind = ArithmeticKind::multiply;
};

/// out[c] = in[c] / (bias + alpha / size * sum of in[i]^2)^beta, i from c - floor((size - 1) / 2) to
/// c + ceil((size - 1) / 2), as far as there are such channels.
struct LocalResponseNorm {
  int size = 1;
  float alpha = 1e-4f;
  float beta = 0.75f;
  float bias = 1;
};

/// Maximum over the whole feature map: 1 x 1 out, whatever the size.
struct GlobalMaxPool {};

/// Sum over the whole feature map: 1 x 1 out, whatever the size.
struct GlobalSumPool {};

enum class ReductionKind { sum, mean, maximum, minimum };

/// Sum, mean, maximum or minimum (NaN if one is) over the channels of each pixel: 1 channel out.
struct ReduceChannels {
  ReductionKind kind = ReductionKind::mean;
};

/// Over the channels of each pixel: (x - mean) / sqrt(mean of (x - mean)^2 + epsilon) * weight + bias, which
/// is layer norm; without `center`, x / sqrt(mean of x^2 + epsilon) * weight + bias, RMS norm.
struct ChannelNorm {
  int channels = 0;
  double epsilon = 1e-5;
  bool center = true;
  std::vector<float> weight;  ///< [channels]
  std::vector<float> bias;    ///< [channels], or empty for none
};

/// A feature map that is always the same. No inputs.
struct Constant {
  Shape shape;
  std::vector<float> values;  ///< [channels][height][width]; empty once packed
};

using Op =
    std::variant<Input, Conv, BatchNorm, Relu, MaxPool, AveragePool, GlobalAveragePool, Add, Flatten, Linear,
                 Softmax, Activation, PRelu, Arithmetic, Concat, SelectChannels, Pad, InsertZeros, Resize,
                 LocalResponseNorm, GlobalMaxPool, GlobalSumPool, ReduceChannels, ChannelNorm, Constant,
                 DepthToSpace, ResizeTo, CropTo, MaxPoolIndices, MaxUnpool, CenterTo>;

template <>
inline constexpr std::array<std::string_view, 19> kind_names<ActivationKind>{
    "leaky_relu", "clip",      "sigmoid",  "hard_sigmoid", "hard_swish", "silu", "elu",
    "gelu",       "gelu_tanh", "softplus", "softsign",     "tanh",       "mish", "abs",
    "exp",        "log",       "sqrt",     "erf",          "power"};
template <>
inline constexpr std::array<std::string_view, 6> kind_names<ArithmeticKind>{"add",    "subtract", "multiply",
                                                                            "divide", "minimum",  "maximum"};
template <>
inline constexpr std::array<std::string_view, 4> kind_names<ReductionKind>{"sum", "mean", "maximum",
                                                                           "minimum"};
/// The op's name as files and messages spell it.
inline std::string_view op_name(const Op& op) {
  static constexpr std::string_view names[] = {"input",
                                               "conv",
                                               "batch_norm",
                                               "relu",
                                               "max_pool",
                                               "average_pool",
                                               "global_average_pool",
                                               "add",
                                               "flatten",
                                               "linear",
                                               "softmax",
                                               "activation",
                                               "prelu",
                                               "arithmetic",
                                               "concat",
                                               "select_channels",
                                               "pad",
                                               "insert_zeros",
                                               "resize",
                                               "local_response_norm",
                                               "global_max_pool",
                                               "global_sum_pool",
                                               "reduce_channels",
                                               "channel_norm",
                                               "constant",
                                               "depth_to_space",
                                               "resize_to",
                                               "crop_to",
                                               "max_pool_indices",
                                               "max_unpool",
                                               "center_to"};
  static_assert(std::size(names) == std::variant_size_v<Op>);
  return names[op.index()];
}

}  // namespace fcn::inline FCN_ABI

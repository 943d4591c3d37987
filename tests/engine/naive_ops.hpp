// SPDX-License-Identifier: MIT
// Activations and the ops that combine, select, pad or resample values, in float64 by their definitions
// (fcn/graph/ops.hpp). Part of naive_network.hpp.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numbers>

#include "fcn/graph/graph.hpp"
#include "tests/engine/naive_map.hpp"

namespace fcn::test {

/// A map of this size with f(channel, row, column) in each place.
template <class F>
Map map_of(int channels, int height, int width, F&& f) {
  Map map(channels, height, width);
  for (int c = 0; c < channels; ++c)
    for (int y = 0; y < height; ++y)
      for (int x = 0; x < width; ++x) map.at(c, y, x) = f(c, y, x);
  return map;
}

inline double naive_activation(const Activation& op, double x) {
  const double sigmoid = 1 / (1 + std::exp(-x));
  switch (op.kind) {
    case ActivationKind::leaky_relu:
      return x > 0 ? x : double{op.alpha} * x;
    case ActivationKind::clip:
      return std::min(std::max(x, double{op.alpha}), double{op.beta});
    case ActivationKind::sigmoid:
      return sigmoid;
    case ActivationKind::hard_sigmoid:
      return std::clamp(double{op.alpha} * x + double{op.beta}, 0.0, 1.0);
    case ActivationKind::hard_swish:
      return x * std::clamp(x / 6 + 0.5, 0.0, 1.0);
    case ActivationKind::silu:
      return x * sigmoid;
    case ActivationKind::elu:
      return x > 0 ? double{op.beta} * x : double{op.alpha} * std::expm1(x);
    case ActivationKind::gelu:
      return x / 2 * (1 + std::erf(x / std::numbers::sqrt2));
    case ActivationKind::gelu_tanh:
      return x / 2 * (1 + std::tanh(std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x)));
    case ActivationKind::softplus:
      return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x));
    case ActivationKind::softsign:
      return x / (1 + std::abs(x));
    case ActivationKind::tanh:
      return std::tanh(x);
    case ActivationKind::mish:
      return x * std::tanh(std::log1p(std::exp(x)));
    case ActivationKind::abs:
      return std::abs(x);
    case ActivationKind::exp:
      return std::exp(x);
    case ActivationKind::log:
      return std::log(x);
    case ActivationKind::sqrt:
      return std::sqrt(x);
    case ActivationKind::erf:
      return std::erf(x);
    case ActivationKind::power:
      return std::pow(x, double{op.alpha});
  }
  return 0;
}

inline Map naive(const Activation& op, const Map& in) {
  return map_of(in.c, in.h, in.w, [&](int c, int y, int x) { return naive_activation(op, in.at(c, y, x)); });
}

inline Map naive(const PRelu& op, const Map& in) {
  return map_of(in.c, in.h, in.w, [&](int c, int y, int x) {
    const double value = in.at(c, y, x);
    return value > 0 ? value : value * double{op.slope[static_cast<std::size_t>(c)]};
  });
}

/// f(value of a, value of b) with sizes of 1 repeated.
template <class F>
Map combine(const Map& a, const Map& b, F&& f) {
  const auto at = [](const Map& map, int c, int y, int x) {
    return map.at(map.c == 1 ? 0 : c, map.h == 1 ? 0 : y, map.w == 1 ? 0 : x);
  };
  return map_of(std::max(a.c, b.c), std::max(a.h, b.h), std::max(a.w, b.w),
                [&](int c, int y, int x) { return f(at(a, c, y, x), at(b, c, y, x)); });
}

inline Map naive(const Arithmetic& op, const Map& a, const Map& b) {
  return combine(a, b, [&](double x, double y) {
    if (op.kind == ArithmeticKind::add) return x + y;
    if (op.kind == ArithmeticKind::subtract) return x - y;
    if (op.kind == ArithmeticKind::minimum) return std::min(x, y);
    if (op.kind == ArithmeticKind::maximum) return std::max(x, y);
    return op.kind == ArithmeticKind::multiply ? x * y : x / y;
  });
}

inline Map naive(const SelectChannels& op, const Map& in) {
  return map_of(static_cast<int>(op.channels.size()), in.h, in.w,
                [&](int c, int y, int x) { return in.at(op.channels[static_cast<std::size_t>(c)], y, x); });
}

/// Where the pixel at `at` of a padded line of `size` comes from; outside 0 .. size - 1 it is the constant.
inline int padded_source(PadMode mode, int at, int size) {
  if (mode == PadMode::edge) return std::clamp(at, 0, size - 1);
  if (mode == PadMode::constant) return at;
  return at < 0 ? -at : at < size ? at : 2 * (size - 1) - at;
}

inline Map naive(const Pad& op, const Map& in) {
  return map_of(in.c, in.h + op.pad.top + op.pad.bottom, in.w + op.pad.left + op.pad.right,
                [&](int c, int y, int x) {
                  const int from_y = padded_source(op.mode, y - op.pad.top, in.h);
                  const int from_x = padded_source(op.mode, x - op.pad.left, in.w);
                  return in.inside(from_y, from_x) ? in.at(c, from_y, from_x) : double{op.value};
                });
}

inline Map naive(const InsertZeros& op, const Map& in) {
  return map_of(in.c, (in.h - 1) * op.stride.y + 1, (in.w - 1) * op.stride.x + 1, [&](int c, int y, int x) {
    return y % op.stride.y == 0 && x % op.stride.x == 0 ? in.at(c, y / op.stride.y, x / op.stride.x) : 0.0;
  });
}

inline Map naive(const DepthToSpace& op, const Map& in) {
  const int channels = in.c / (op.block.y * op.block.x);
  return map_of(channels, in.h * op.block.y, in.w * op.block.x, [&](int c, int y, int x) {
    const int place = y % op.block.y * op.block.x + x % op.block.x;
    return in.at(place * channels + c, y / op.block.y, x / op.block.x);
  });
}

/// The place of the input that output row or column `at` shows. Ties and whole numbers come out exactly: each
/// is one correctly rounded division.
inline double resized_place(const Resize& op, int at, int in, int out, int up, int down) {
  switch (op.coordinates) {
    case ResizeCoordinates::asymmetric:
      return double{1} * at * down / up;
    case ResizeCoordinates::align_corners:
      return out == 1 ? 0.0 : double{1} * at * (in - 1) / (out - 1);
    case ResizeCoordinates::pytorch_half_pixel:
      if (out == 1) return 0;
      break;
    case ResizeCoordinates::half_pixel:
      break;
  }
  return (2.0 * at + 1) * down / (2.0 * up) - 0.5;
}

inline int nearest_place(ResizeRounding rounding, double place, int size) {
  double whole = std::floor(place);
  if (rounding == ResizeRounding::ceil) whole = std::ceil(place);
  if (rounding == ResizeRounding::round_prefer_floor) whole = std::ceil(place - 0.5);
  if (rounding == ResizeRounding::round_prefer_ceil) whole = std::floor(place + 0.5);
  return static_cast<int>(std::clamp(whole, 0.0, size - 1.0));
}

/// Keys' cubic of a tap at this distance from the place.
inline double cubic_weight(double a, double distance) {
  const double d = std::abs(distance);
  if (d <= 1) return (a + 2) * d * d * d - (a + 3) * d * d + 1;
  return d < 2 ? a * d * d * d - 5 * a * d * d + 8 * a * d - 4 * a : 0;
}

/// The four rows and columns around a place, as far out as they lie, the edge where there are none; or, with
/// `magnitudes`, how large the sum of the weighted values can get.
inline double cubic_mean(const Resize& op, const Map& in, int c, double y, double x, bool magnitudes) {
  const auto weight = [&](double distance) {
    const double value = cubic_weight(double{op.cubic_a}, distance);
    return magnitudes ? std::abs(value) : value;
  };
  const int top = static_cast<int>(std::floor(y)), left = static_cast<int>(std::floor(x));
  double sum = 0;
  for (int row = top - 1; row <= top + 2; ++row)
    for (int column = left - 1; column <= left + 2; ++column)
      sum += weight(y - row) * weight(x - column) *
             in.at(c, std::clamp(row, 0, in.h - 1), std::clamp(column, 0, in.w - 1));
  return sum;
}

inline Map naive(const Resize& op, const Map& in) {
  const int height = in.h * op.up.y / op.down.y, width = in.w * op.up.x / op.down.x;
  return map_of(in.c, height, width, [&](int c, int y, int x) {
    const double from_y = resized_place(op, y, in.h, height, op.up.y, op.down.y);
    const double from_x = resized_place(op, x, in.w, width, op.up.x, op.down.x);
    if (op.mode == ResizeMode::nearest)
      return in.at(c, nearest_place(op.rounding, from_y, in.h), nearest_place(op.rounding, from_x, in.w));
    if (op.mode == ResizeMode::cubic) return cubic_mean(op, in, c, from_y, from_x, false);
    const double inner_y = std::clamp(from_y, 0.0, in.h - 1.0), inner_x = std::clamp(from_x, 0.0, in.w - 1.0);
    const int top = static_cast<int>(inner_y), left = static_cast<int>(inner_x);
    const int bottom = std::min(top + 1, in.h - 1), right = std::min(left + 1, in.w - 1);
    const double down = inner_y - top, along = inner_x - left;
    return (1 - down) * ((1 - along) * in.at(c, top, left) + along * in.at(c, top, right)) +
           down * ((1 - along) * in.at(c, bottom, left) + along * in.at(c, bottom, right));
  });
}

/// The divisor's base: bias + alpha / size * sum of squares.
inline double local_response(const LocalResponseNorm& op, const Map& in, int channel, int y, int x) {
  double squares = 0;
  for (int c = channel - (op.size - 1) / 2; c <= channel + op.size / 2; ++c)
    if (c >= 0 && c < in.c) squares += in.at(c, y, x) * in.at(c, y, x);
  return double{op.bias} + double{op.alpha} / op.size * squares;
}

inline Map naive(const LocalResponseNorm& op, const Map& in) {
  return map_of(in.c, in.h, in.w, [&](int c, int y, int x) {
    return in.at(c, y, x) / std::pow(local_response(op, in, c, y, x), double{op.beta});
  });
}

inline Map naive(const GlobalMaxPool&, const Map& in) {
  return map_of(in.c, 1, 1, [&](int c, int, int) {
    double greatest = -std::numeric_limits<double>::infinity();
    for (int y = 0; y < in.h; ++y)
      for (int x = 0; x < in.w; ++x) greatest = std::max(greatest, in.at(c, y, x));
    return greatest;
  });
}

inline Map naive(const GlobalSumPool&, const Map& in) {
  return map_of(in.c, 1, 1, [&](int c, int, int) {
    double sum = 0;
    for (int y = 0; y < in.h; ++y)
      for (int x = 0; x < in.w; ++x) sum += in.at(c, y, x);
    return sum;
  });
}

inline Map naive(const ReduceChannels& op, const Map& in) {
  return map_of(1, in.h, in.w, [&](int, int y, int x) {
    double sum = 0, least = in.at(0, y, x), greatest = least;
    for (int c = 0; c < in.c; ++c) {
      sum += in.at(c, y, x);
      least = std::min(least, in.at(c, y, x));
      greatest = std::max(greatest, in.at(c, y, x));
    }
    if (op.kind == ReductionKind::minimum) return least;
    if (op.kind == ReductionKind::maximum) return greatest;
    return op.kind == ReductionKind::mean ? sum / in.c : sum;
  });
}

/// What a pixel's channels are normed with: their mean (0 without centring), and the mean of the squared
/// differences from it.
struct ChannelMoments {
  double mean = 0, variance = 0;
};

inline ChannelMoments channel_moments(const ChannelNorm& op, const Map& in, int y, int x) {
  ChannelMoments moments;
  if (op.center)
    for (int c = 0; c < in.c; ++c) moments.mean += in.at(c, y, x) / in.c;
  for (int c = 0; c < in.c; ++c) moments.variance += std::pow(in.at(c, y, x) - moments.mean, 2) / in.c;
  return moments;
}

inline Map naive(const ChannelNorm& op, const Map& in) {
  return map_of(in.c, in.h, in.w, [&](int c, int y, int x) {
    const ChannelMoments moments = channel_moments(op, in, y, x);
    const auto i = static_cast<std::size_t>(c);
    const double bias = op.bias.empty() ? 0.0 : double{op.bias[i]};
    return (in.at(c, y, x) - moments.mean) / std::sqrt(moments.variance + op.epsilon) * op.weight[i] + bias;
  });
}

}  // namespace fcn::test

// SPDX-License-Identifier: MIT
// How far float32 may stray from float64, derived rather than tuned: a running error analysis (Higham,
// "Accuracy and Stability of Numerical Algorithms", chapter 3) beside the naive evaluation. For each node,
// bound >= |float32 - exact| in every element, for any order of summation. E is the bound of the input, X its
// value, u the unit roundoff and gamma(n) = n u / (1 - n u): an n-term sum of products gives |W| E + gamma(n)
// |W| (|X| + E).
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include "tests/engine/naive_network.hpp"
#include "tests/engine/winograd_bound.hpp"

namespace fcn::test {

/// bound + gamma(n) * (|value| + bound), element by element: an input's error with the rounding it will
/// suffer.
inline Map inflated(const Map& value, const Map& bound, double n) {
  Map out = bound;
  for (std::size_t i = 0; i < out.v.size(); ++i)
    out.v[i] += gamma_bound(n) * (std::abs(value.v[i]) + bound.v[i]);
  return out;
}

class BoundVisitor {
 public:
  BoundVisitor(const Graph& graph, const std::vector<Map>& values, const std::vector<Map>& bounds, NodeId id,
               AlgorithmChoice choice)
      : values_(values), bounds_(bounds), id_(id), node_(graph.nodes[id]), choice_(choice) {}

  Map operator()(const Input&) const {
    return inflated(values_[id_], zero(values_[id_]), 1);
  }  // rounded once

  Map operator()(const Conv& op) const {
    const double terms =
        op.in_channels / op.groups * op.kernel.y * op.kernel.x + 3;  // + bias, residual, rounding
    Conv magnitude = op;
    for (float& weight : magnitude.weights) weight = std::abs(weight);
    magnitude.residual = magnitude.relu = false;
    magnitude.bias.clear();
    Map out = through(magnitude, inflated(value(0), bound(0), terms));
    if (!op.bias.empty())
      for (int o = 0; o < out.c; ++o)
        for (int y = 0; y < out.h; ++y)
          for (int x = 0; x < out.w; ++x)
            out.at(o, y, x) += gamma_bound(terms) * std::abs(op.bias[static_cast<std::size_t>(o)]);
    if (op.residual) accumulate(out, inflated(value(1), bound(1), 1));
    const ConvAlgorithm algorithm = choose_algorithm(op, choice_);
    if (algorithm != ConvAlgorithm::direct) add_winograd_error(op, algorithm, value(0), bound(0), out);
    return out;
  }
  Map operator()(const BatchNorm& op) const {
    // fma(x, scale, shift): scale and shift are rounded once each, the sum once.
    Map out = bound(0);
    for (int c = 0; c < out.c; ++c) {
      const auto i = static_cast<std::size_t>(c);
      const double scale = op.weight[i] / std::sqrt(op.variance[i] + op.epsilon),
                   shift = op.bias[i] - op.mean[i] * scale;
      for (int y = 0; y < out.h; ++y)
        for (int x = 0; x < out.w; ++x) {
          const double e = bound(0).at(c, y, x), magnitude = std::abs(value(0).at(c, y, x)) + e;
          out.at(c, y, x) =
              std::abs(scale) * e + gamma_bound(3) * (std::abs(scale) * magnitude + std::abs(shift));
        }
    }
    return out;
  }
  Map operator()(const Relu&) const { return bound(0); }
  Map operator()(const MaxPool& op) const { return through(op, bound(0)); }
  Map operator()(const AveragePool& op) const {
    return through(op, inflated(value(0), bound(0), op.kernel.y * op.kernel.x + 1));
  }
  Map operator()(const GlobalAveragePool& op) const {
    return through(op, inflated(value(0), bound(0), value(0).h * value(0).w + 1));
  }
  Map operator()(const GlobalSumPool& op) const {
    return through(op, inflated(value(0), bound(0), value(0).h * value(0).w));
  }
  Map operator()(const ReduceChannels& op) const {
    const bool sums = op.kind == ReductionKind::sum || op.kind == ReductionKind::mean;
    if (sums) return through(op, inflated(value(0), bound(0), value(0).c + 1));
    return through(ReduceChannels{ReductionKind::maximum}, bound(0));  // no extreme is off by more
  }
  /// With r = 1 / sqrt(v + epsilon): d r is off by the errors of d = x - m, by d times the relative error of
  /// r, half that of v + epsilon, and by a few roundings.
  Map operator()(const ChannelNorm& op) const {
    const Map off = inflated(value(0), bound(0), value(0).c + 3);  // of x, and of no mean more than the worst
    Map out = values_[id_];
    for (int y = 0; y < out.h; ++y)
      for (int x = 0; x < out.w; ++x) {
        const ChannelMoments moments = channel_moments(op, value(0), y, x);
        double worst = 0, mean_off = 0, most = 0;
        for (int c = 0; c < out.c; ++c) {
          worst = std::max(worst, off.at(c, y, x));
          mean_off += off.at(c, y, x) / out.c;
          most = std::max(most, std::abs(value(0).at(c, y, x) - moments.mean));
        }
        const double off_d = worst + (op.center ? mean_off : 0.0);
        const double base = moments.variance + op.epsilon;
        const double off_v = off_d * (2 * most + off_d) +
                             gamma_bound(out.c + 4) * (most + off_d) * (most + off_d) + gamma_bound(3) * base;
        const double low = std::max(base - off_v, double{op.epsilon} / 2);
        const double off_r =
            std::max(1 / std::sqrt(low) - 1 / std::sqrt(base), 0.0) + gamma_bound(3) / std::sqrt(low);
        for (int c = 0; c < out.c; ++c) {
          const auto i = static_cast<std::size_t>(c);
          const double d = std::abs(value(0).at(c, y, x) - moments.mean) + off_d;
          const double product = std::abs(double{op.weight[i]}) * (off_d / std::sqrt(base) + d * off_r);
          const double bias = op.bias.empty() ? 0.0 : std::abs(double{op.bias[i]});
          out.at(c, y, x) =
              product + gamma_bound(4) * (std::abs(double{op.weight[i]}) * d / std::sqrt(low) + bias);
        }
      }
    return out;
  }
  Map operator()(const Add&) const {
    Map out = inflated(value(0), bound(0), 1);
    accumulate(out, inflated(value(1), bound(1), 1));
    return out;
  }
  Map operator()(const Flatten& op) const { return through(op, bound(0)); }
  Map operator()(const Linear& op) const {
    Linear magnitude = op;
    for (float& weight : magnitude.weights) weight = std::abs(weight);
    magnitude.bias.clear();
    Map out = through(magnitude, inflated(value(0), bound(0), op.in_features + 2));
    if (!op.bias.empty())
      for (int o = 0; o < out.c; ++o)
        out.at(o, 0, 0) += gamma_bound(op.in_features + 2) * std::abs(op.bias[static_cast<std::size_t>(o)]);
    return out;
  }
  /// d softmax_i = s_i (d x_i - sum s_j d x_j), so at most 2 s_i max|dx| to first order; e^(2 E) covers the
  /// rest, and exponential, sum and division add a few roundings each.
  Map operator()(const Softmax&) const {
    Map out = values_[id_];
    for (int y = 0; y < out.h; ++y)
      for (int x = 0; x < out.w; ++x) {
        double worst = 0, range = 0;
        for (int c = 0; c < out.c; ++c) {
          worst = std::max(worst, bound(0).at(c, y, x));
          range = std::max(range, std::abs(value(0).at(c, y, x)));
        }
        for (int c = 0; c < out.c; ++c)
          out.at(c, y, x) =
              out.at(c, y, x) * (std::expm1(2 * worst) + gamma_bound(out.c + 8 + 4 * range)) + 1e-37;
      }
    return out;
  }

  // Ops that only move values, and the greatest of bounds for the greatest of values.
  Map operator()(const Constant&) const { return zero(values_[id_]); }
  Map operator()(const SelectChannels& op) const { return through(op, bound(0)); }
  Map operator()(const InsertZeros& op) const { return through(op, bound(0)); }
  Map operator()(const DepthToSpace& op) const { return through(op, bound(0)); }
  Map operator()(const GlobalMaxPool& op) const { return through(op, bound(0)); }
  Map operator()(const Pad& op) const {
    Pad around = op;
    around.value = 0;
    return through(around, bound(0));
  }
  Map operator()(const Concat&) const {
    Map out = bound(0);
    for (std::size_t slot = 1; slot < node_.inputs.size(); ++slot)
      out.v.insert(out.v.end(), bound(slot).v.begin(), bound(slot).v.end());
    out.c = values_[id_].c;
    return out;
  }
  /// Two weights a place, each rounded once, times the value; three sums. Of a cubic four, each from a few
  /// operations in float64; those of either sign count by their size.
  Map operator()(const Resize& op) const {
    if (op.mode == ResizeMode::cubic) {
      const Map most = inflated(value(0), bound(0), 16);
      const Map& out = values_[id_];
      return map_of(out.c, out.h, out.w, [&](int c, int y, int x) {
        const double from_y = resized_place(op, y, value(0).h, out.h, op.up.y, op.down.y);
        const double from_x = resized_place(op, x, value(0).w, out.w, op.up.x, op.down.x);
        return cubic_mean(op, most, c, from_y, from_x, true);
      });
    }
    const bool moves = op.mode == ResizeMode::nearest;
    Map magnitude = bound(0);
    if (!moves)
      for (std::size_t i = 0; i < magnitude.v.size(); ++i)
        magnitude.v[i] += gamma_bound(10) * (std::abs(value(0).v[i]) + bound(0).v[i]);
    return through(op, magnitude);
  }
  Map operator()(const ResizeTo& op) const {
    const Map &from = value(0), &to = values_[id_];
    return (*this)(*resize_of(op, {from.c, from.h, from.w}, {to.c, to.h, to.w}));
  }
  Map operator()(const CropTo& op) const { return naive(op, bound(0), value(1)); }
  Map operator()(const CenterTo& op) const { return naive(op, bound(0), value(1)); }
  Map operator()(const MaxPoolIndices&) const { return zero(values_[id_]); }  // where no two taps are close
  Map operator()(const MaxUnpool& op) const { return naive(op, bound(0), value(1), value(2)); }
  Map operator()(const Activation& op) const {
    return map_of(value(0).c, value(0).h, value(0).w, [&](int c, int y, int x) {
      return activation_bound(op, std::abs(value(0).at(c, y, x)), bound(0).at(c, y, x));
    });
  }
  Map operator()(const PRelu& op) const {
    return map_of(value(0).c, value(0).h, value(0).w, [&](int c, int y, int x) {
      const Activation leaky{ActivationKind::leaky_relu, op.slope[static_cast<std::size_t>(c)], 0};
      return activation_bound(leaky, std::abs(value(0).at(c, y, x)), bound(0).at(c, y, x));
    });
  }
  Map operator()(const Arithmetic& op) const {
    const auto magnitude = [](double x) { return std::abs(x); };
    const Map a = map_of(value(0).c, value(0).h, value(0).w,
                         [&](int c, int y, int x) { return magnitude(value(0).at(c, y, x)); });
    const Map b = map_of(value(1).c, value(1).h, value(1).w,
                         [&](int c, int y, int x) { return magnitude(value(1).at(c, y, x)); });
    const auto sum = [](double x, double y) { return x + y; };
    const auto product = [](double x, double y) { return x * y; };
    const Map most_a = combine(a, bound(0), sum), most_b = combine(b, bound(1), sum);
    if (op.kind == ArithmeticKind::minimum || op.kind == ArithmeticKind::maximum)
      return combine(bound(0), bound(1), [](double x, double y) { return std::max(x, y); });
    if (op.kind == ArithmeticKind::add || op.kind == ArithmeticKind::subtract)
      return combine(combine(bound(0), bound(1), sum), combine(most_a, most_b, sum),
                     [](double error, double most) { return error + kUnitRoundoff * most; });
    if (op.kind == ArithmeticKind::multiply)
      return combine(combine(most_a, most_b, product), combine(a, b, product),
                     [](double most, double exact) { return most - exact + 2 * kUnitRoundoff * most; });
    const Map least_b = combine(b, bound(1), [](double x, double e) { return std::max(x - e, 0.0); });
    const auto quotient = [](double x, double y) { return x / y; };
    return combine(combine(most_a, least_b, quotient), combine(a, b, quotient),
                   [](double most, double exact) { return most - exact + 2 * kUnitRoundoff * most; });
  }
  /// t^-beta has the relative error |beta| that of t, plus a few roundings and those of beta log t.
  Map operator()(const LocalResponseNorm& op) const {
    const Map most = combine(map_of(value(0).c, value(0).h, value(0).w,
                                    [&](int c, int y, int x) { return std::abs(value(0).at(c, y, x)); }),
                             bound(0), [](double x, double e) { return x + e; });
    return map_of(most.c, most.h, most.w, [&](int c, int y, int x) {
      const double t = local_response(op, value(0), c, y, x), high = local_response(op, most, c, y, x);
      const double beta = std::abs(double{op.beta});
      // What of t may be wrong: its input's errors, upwards and downwards, and its own roundings.
      const double off = 2 * (high - t) / double{op.bias} + gamma_bound(op.size + 3) * high / double{op.bias};
      const double factor = std::expm1(beta * off + gamma_bound(16) * (1 + beta * std::abs(std::log(high))));
      const double power = std::pow(t, -double{op.beta});
      return power * bound(0).at(c, y, x) * (1 + factor) + power * most.at(c, y, x) * factor;
    });
  }

 private:
  /// For |x| and its error e: the steepest slope times e, and a few roundings of the result.
  static double activation_bound(const Activation& op, double x, double e) {
    const double alpha = std::abs(double{op.alpha});
    switch (op.kind) {
      case ActivationKind::leaky_relu:
        return std::max(1.0, alpha) * e + kUnitRoundoff * alpha * (x + e);
      case ActivationKind::clip:
        return e;
      case ActivationKind::sigmoid:
        return e / 4 + gamma_bound(10);
      case ActivationKind::hard_sigmoid:
        return alpha * e + gamma_bound(2) * (alpha * (x + e) + std::abs(double{op.beta}));
      case ActivationKind::hard_swish:
        return 1.5 * e + gamma_bound(4) * (x + e);
      case ActivationKind::silu:
        return 1.1 * e + gamma_bound(11) * (x + e);
      case ActivationKind::elu:
        return std::max(std::abs(double{op.beta}), alpha) * e +
               gamma_bound(8) * (std::abs(double{op.beta}) * (x + e) + alpha);
      case ActivationKind::gelu:
      case ActivationKind::gelu_tanh:
        return 1.2 * e + gamma_bound(20) * (x + e);
      case ActivationKind::softplus:
        return e + gamma_bound(8) * (x + e + 1);
      case ActivationKind::softsign:
      case ActivationKind::tanh:
        return e + gamma_bound(8) * (x + e);
      case ActivationKind::mish:
        return 1.2 * e + gamma_bound(12) * (x + e);
      case ActivationKind::abs:
        return e;
      case ActivationKind::exp:  // e^|x| at most, and its argument's error
        return std::exp(x) * (std::expm1(e) + gamma_bound(8) * std::exp(e));
      case ActivationKind::log:  // for x > e
        return -std::log1p(-e / x) + kUnitRoundoff * 2 * (1 + std::abs(std::log(x)) + 2 * e / x);
      case ActivationKind::sqrt:
        return std::sqrt(x) - std::sqrt(std::max(x - e, 0.0)) + 2 * kUnitRoundoff * std::sqrt(x + e);
      case ActivationKind::erf:
        return 1.13 * e + gamma_bound(8) * (x + e);
      case ActivationKind::power:  // for x > e, and either sign of alpha
        return std::pow(x, double{op.alpha}) *
               (std::expm1(-alpha * std::log1p(-e / x)) * (1 + 2 * kUnitRoundoff) + 2 * kUnitRoundoff);
    }
    return 0;
  }
  const Map& value(std::size_t slot) const { return values_[node_.inputs[slot]]; }
  const Map& bound(std::size_t slot) const { return bounds_[node_.inputs[slot]]; }
  static Map zero(const Map& like) { return Map(like.c, like.h, like.w); }
  static void accumulate(Map& into, const Map& from) {
    for (std::size_t i = 0; i < into.v.size(); ++i) into.v[i] += from.v[i];
  }
  /// The op itself, applied to a map of bounds.
  static Map through(const Op& op, const Map& map) {
    const std::vector<Map> maps{map};
    const Node node{"", op, {0}};
    return std::visit(NaiveVisitor{maps, node, map}, op);
  }

  const std::vector<Map>& values_;
  const std::vector<Map>& bounds_;
  NodeId id_;
  const Node& node_;
  AlgorithmChoice choice_;
};

/// For each node of the graph, a bound of |float32 result - values[node]|.
inline std::vector<Map> error_bounds(const Graph& graph, const std::vector<Map>& values,
                                     AlgorithmChoice choice) {
  std::vector<Map> bounds;
  bounds.reserve(values.size());
  for (NodeId id = 0; id < values.size(); ++id)
    bounds.push_back(std::visit(BoundVisitor(graph, values, bounds, id, choice), graph.nodes[id].op));
  return bounds;
}

}  // namespace fcn::test

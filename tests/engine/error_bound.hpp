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

 private:
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

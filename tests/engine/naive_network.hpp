// SPDX-License-Identifier: MIT
// The truth of the engine's tests: a network evaluated node by node on whole feature maps, channel first, in
// float64, by the textbook formulas. It shares no code with the engine beyond the Graph itself, and no
// layout. Here are the layers; ops that select, combine or resample values are naive_ops.hpp's.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "fcn/graph/graph.hpp"
#include "tests/engine/naive_map.hpp"
#include "tests/engine/naive_ops.hpp"
#include "tests/engine/naive_sized.hpp"

namespace fcn::test {

inline int pooled_size(int size, int kernel, int stride, int dilation, int before, int after,
                       bool ceil_mode) {
  const double exact = (size + before + after - dilation * (kernel - 1) - 1) / static_cast<double>(stride);
  int count = static_cast<int>(ceil_mode ? std::ceil(exact) : std::floor(exact)) + 1;
  if (ceil_mode && (count - 1) * stride >= size + before) --count;
  return count;
}

inline void apply_relu(Map& map) {
  for (double& value : map.v) value = value > 0 ? value : 0;
}

struct NaiveVisitor {
  const std::vector<Map>& maps;
  const Node& node;
  const Map& picture;

  const Map& in(std::size_t slot) const { return maps[node.inputs[slot]]; }

  Map operator()(const Input&) const { return picture; }

  Map operator()(const Conv& op) const {
    const Map& x = in(0);
    Map y(op.out_channels,
          pooled_size(x.h, op.kernel.y, op.stride.y, op.dilation.y, op.pad.top, op.pad.bottom, false),
          pooled_size(x.w, op.kernel.x, op.stride.x, op.dilation.x, op.pad.left, op.pad.right, false));
    const int cg = op.in_channels / op.groups, og = op.out_channels / op.groups;
    for (int o = 0; o < y.c; ++o)
      for (int r = 0; r < y.h; ++r)
        for (int s = 0; s < y.w; ++s) {
          double sum = op.bias.empty() ? 0.0 : op.bias[static_cast<std::size_t>(o)];
          for (int c = 0; c < cg; ++c)
            for (int ky = 0; ky < op.kernel.y; ++ky)
              for (int kx = 0; kx < op.kernel.x; ++kx) {
                const int iy = r * op.stride.y - op.pad.top + ky * op.dilation.y;
                const int ix = s * op.stride.x - op.pad.left + kx * op.dilation.x;
                if (!x.inside(iy, ix)) continue;
                const int at = ((o * cg + c) * op.kernel.y + ky) * op.kernel.x + kx;
                sum += x.at(o / og * cg + c, iy, ix) * op.weights[static_cast<std::size_t>(at)];
              }
          y.at(o, r, s) = sum;
        }
    if (op.residual)
      for (std::size_t i = 0; i < y.v.size(); ++i) y.v[i] += in(1).v[i];
    if (op.relu) apply_relu(y);
    if (op.relu)
      for (double& value : y.v) value = std::min(value, double{op.ceiling});
    return y;
  }

  Map operator()(const BatchNorm& op) const {
    Map y = in(0);
    for (int c = 0; c < y.c; ++c)
      for (int r = 0; r < y.h; ++r)
        for (int s = 0; s < y.w; ++s) {
          const auto i = static_cast<std::size_t>(c);
          y.at(c, r, s) =
              (y.at(c, r, s) - op.mean[i]) / std::sqrt(op.variance[i] + op.epsilon) * op.weight[i] +
              op.bias[i];
        }
    if (op.relu) apply_relu(y);
    return y;
  }

  Map operator()(const Relu&) const {
    Map y = in(0);
    apply_relu(y);
    return y;
  }

  Map operator()(const MaxPool& op) const {
    const Map& x = in(0);
    Map y(x.c,
          pooled_size(x.h, op.kernel.y, op.stride.y, op.dilation.y, op.pad.top, op.pad.bottom, op.ceil_mode),
          pooled_size(x.w, op.kernel.x, op.stride.x, op.dilation.x, op.pad.left, op.pad.right, op.ceil_mode),
          -std::numeric_limits<double>::infinity());
    for (int c = 0; c < y.c; ++c)
      for (int r = 0; r < y.h; ++r)
        for (int s = 0; s < y.w; ++s)
          for (int ky = 0; ky < op.kernel.y; ++ky)
            for (int kx = 0; kx < op.kernel.x; ++kx) {
              const int iy = r * op.stride.y - op.pad.top + ky * op.dilation.y;
              const int ix = s * op.stride.x - op.pad.left + kx * op.dilation.x;
              if (x.inside(iy, ix)) y.at(c, r, s) = std::max(y.at(c, r, s), x.at(c, iy, ix));
            }
    return y;
  }

  Map operator()(const AveragePool& op) const {
    const Map& x = in(0);
    Map y(x.c,
          pooled_size(x.h, op.kernel.y, op.stride.y, op.dilation.y, op.pad.top, op.pad.bottom, op.ceil_mode),
          pooled_size(x.w, op.kernel.x, op.stride.x, op.dilation.x, op.pad.left, op.pad.right, op.ceil_mode));
    for (int c = 0; c < y.c; ++c)
      for (int r = 0; r < y.h; ++r)
        for (int s = 0; s < y.w; ++s) {
          double sum = 0;
          int inside = 0, padded = 0;
          for (int ky = 0; ky < op.kernel.y; ++ky)
            for (int kx = 0; kx < op.kernel.x; ++kx) {
              const int iy = r * op.stride.y - op.pad.top + ky * op.dilation.y;
              const int ix = s * op.stride.x - op.pad.left + kx * op.dilation.x;
              padded += iy < x.h + op.pad.bottom && ix < x.w + op.pad.right;
              if (!x.inside(iy, ix)) continue;
              sum += x.at(c, iy, ix);
              ++inside;
            }
          y.at(c, r, s) = sum / (op.count_include_pad ? padded : inside);
        }
    return y;
  }

  Map operator()(const GlobalAveragePool&) const {
    const Map& x = in(0);
    Map y(x.c, 1, 1);
    for (int c = 0; c < x.c; ++c)
      for (int r = 0; r < x.h; ++r)
        for (int s = 0; s < x.w; ++s) y.at(c, 0, 0) += x.at(c, r, s) / (x.h * x.w);
    return y;
  }

  Map operator()(const Add& op) const {
    Map y = in(0);
    for (std::size_t i = 0; i < y.v.size(); ++i) y.v[i] += in(1).v[i];
    if (op.relu) apply_relu(y);
    return y;
  }

  Map operator()(const Flatten&) const {
    Map y = in(0);
    y.c = static_cast<int>(y.v.size());
    y.h = y.w = 1;
    return y;
  }

  Map operator()(const Linear& op) const {
    Map y(op.out_features, 1, 1);
    for (int o = 0; o < y.c; ++o) {
      double sum = op.bias.empty() ? 0.0 : op.bias[static_cast<std::size_t>(o)];
      for (int i = 0; i < op.in_features; ++i)
        sum += in(0).at(i, 0, 0) * op.weights[static_cast<std::size_t>(o * op.in_features + i)];
      y.at(o, 0, 0) = sum;
    }
    return y;
  }

  Map operator()(const Softmax&) const {
    Map y = in(0);
    for (int r = 0; r < y.h; ++r)
      for (int s = 0; s < y.w; ++s) {
        double largest = y.at(0, r, s), sum = 0;
        for (int c = 1; c < y.c; ++c) largest = std::max(largest, y.at(c, r, s));
        for (int c = 0; c < y.c; ++c) sum += y.at(c, r, s) = std::exp(y.at(c, r, s) - largest);
        for (int c = 0; c < y.c; ++c) y.at(c, r, s) /= sum;
      }
    return y;
  }

  Map operator()(const Constant& op) const {
    Map y(op.shape.channels, op.shape.height, op.shape.width);
    std::copy(op.values.begin(), op.values.end(), y.v.begin());
    return y;
  }
  Map operator()(const Concat&) const {
    Map y = in(0);
    for (std::size_t slot = 1; slot < node.inputs.size(); ++slot) {
      y.v.insert(y.v.end(), in(slot).v.begin(), in(slot).v.end());
      y.c += in(slot).c;
    }
    return y;
  }
  Map operator()(const Arithmetic& op) const { return naive(op, in(0), in(1)); }
  Map operator()(const ResizeTo& op) const { return naive(op, in(0), in(1)); }
  Map operator()(const CropTo& op) const { return naive(op, in(0), in(1)); }
  Map operator()(const CenterTo& op) const { return naive(op, in(0), in(1)); }
  Map operator()(const MaxUnpool& op) const { return naive(op, in(0), in(1), in(2)); }
  template <class UnaryOp>
  Map operator()(const UnaryOp& op) const {
    return naive(op, in(0));
  }
};

/// Every node's output for one preprocessed picture.
inline std::vector<Map> evaluate(const Graph& graph, const Map& picture) {
  std::vector<Map> maps;
  maps.reserve(graph.nodes.size());
  for (const Node& node : graph.nodes) maps.push_back(std::visit(NaiveVisitor{maps, node, picture}, node.op));
  return maps;
}

}  // namespace fcn::test

// SPDX-License-Identifier: MIT
// Ops that take their size from another map, and unpooling, in float64 by their definitions. Part of
// naive_network.hpp.
#pragma once

#include <cmath>
#include <cstddef>

#include "fcn/graph/resample.hpp"
#include "tests/engine/naive_ops.hpp"

namespace fcn::test {

inline Map naive(const ResizeTo& op, const Map& in, const Map& like) {
  return naive(Resize{op.mode, op.coordinates, op.rounding, {like.h, like.w}, {in.h, in.w}, op.cubic_a}, in);
}

inline Map naive(const CropTo& op, const Map& in, const Map& like) {
  const int height = op.axes == CropAxes::columns ? in.h : like.h;
  const int width = op.axes == CropAxes::rows ? in.w : like.w;
  return map_of(in.c, height, width, [&](int c, int y, int x) { return in.at(c, y + op.top, x + op.left); });
}

inline Map naive(const CenterTo& op, const Map& in, const Map& like) {
  const auto before = [&](int more) {
    const double half = more / 2.0;
    const double places[] = {std::floor(half), std::ceil(half), std::nearbyint(half), 0, double{1} * more};
    return static_cast<int>(places[static_cast<std::size_t>(op.before)]);
  };
  const int height = op.axes == CropAxes::columns ? in.h : like.h;
  const int width = op.axes == CropAxes::rows ? in.w : like.w;
  const int top = before(height - in.h), left = before(width - in.w);
  return map_of(in.c, height, width, [&](int c, int y, int x) {
    return in.inside(y - top, x - left) ? in.at(c, y - top, x - left) : 0.0;
  });
}

/// Number of the greatest tap inside the map, the first of equal ones.
inline Map naive(const MaxPoolIndices& op, const Map& in) {
  const auto size = [&](int length, int kernel, int stride, int before, int after) {
    const int room = length + before + after - kernel;
    const bool hangs = op.ceil_mode && room % stride != 0 && (room / stride + 1) * stride < length + before;
    return room / stride + (hangs ? 2 : 1);
  };
  const int height = size(in.h, op.kernel.y, op.stride.y, op.pad.top, op.pad.bottom);
  const int width = size(in.w, op.kernel.x, op.stride.x, op.pad.left, op.pad.right);
  return map_of(in.c, height, width, [&](int c, int y, int x) {
    int best = -1;
    double greatest = 0;
    for (int tap = 0; tap < op.kernel.y * op.kernel.x; ++tap) {
      const int row = y * op.stride.y - op.pad.top + tap / op.kernel.x;
      const int column = x * op.stride.x - op.pad.left + tap % op.kernel.x;
      if (!in.inside(row, column) || (best >= 0 && in.at(c, row, column) <= greatest)) continue;
      best = tap;
      greatest = in.at(c, row, column);
    }
    return double{1} * best;
  });
}

inline Map naive(const MaxUnpool& op, const Map& values, const Map& indices, const Map& like) {
  Map out(values.c, like.h, like.w);
  for (int c = 0; c < values.c; ++c)
    for (int y = 0; y < values.h; ++y)
      for (int x = 0; x < values.w; ++x) {
        const int tap = static_cast<int>(indices.at(c, y, x));
        const int row = y * op.stride.y - op.pad.top + tap / op.kernel.x;
        const int column = x * op.stride.x - op.pad.left + tap % op.kernel.x;
        if (out.inside(row, column)) out.at(c, row, column) = values.at(c, y, x);
      }
  return out;
}

}  // namespace fcn::test

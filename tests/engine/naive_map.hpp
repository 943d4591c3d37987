// SPDX-License-Identifier: MIT
// A whole feature map in float64, channel first: what the naive evaluation of a network computes with.
#pragma once

#include <cstddef>
#include <vector>

namespace fcn::test {

/// channels x height x width.
struct Map {
  int c = 0, h = 0, w = 0;
  std::vector<double> v;

  Map() = default;
  Map(int channels, int height, int width, double fill = 0)
      : c(channels),
        h(height),
        w(width),
        v(static_cast<std::size_t>(channels) * static_cast<std::size_t>(height) *
              static_cast<std::size_t>(width),
          fill) {}
  double& at(int ch, int y, int x) { return v[index(ch, y, x)]; }
  double at(int ch, int y, int x) const { return v[index(ch, y, x)]; }
  bool inside(int y, int x) const { return y >= 0 && y < h && x >= 0 && x < w; }

 private:
  std::size_t index(int ch, int y, int x) const {
    return (static_cast<std::size_t>(ch) * static_cast<std::size_t>(h) + static_cast<std::size_t>(y)) *
               static_cast<std::size_t>(w) +
           static_cast<std::size_t>(x);
  }
};

}  // namespace fcn::test

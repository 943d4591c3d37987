// SPDX-License-Identifier: MIT
// Along an axis, tap j of a kernel of k weighs max(0, 1 - |j - (k - 1) / 2| / s). Row y of the full result
// thus shows place (y - (k - 1) / 2) / s of the input, between zeros on either side. A Resize of the input
// with one row of zeros around it shows the same place in its row y + shift(), if that is a whole number.
#include "tools/import/interpolating_kernels.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace fcn::tools {
namespace {

/// Along one axis.
struct Line {
  int kernel;
  int stride;
  int before;  ///< cut off the full result
  int after;

  [[nodiscard]] bool has_length() const { return kernel == 2 * stride || kernel == 2 * stride - 1; }
  /// Whether the resize has places in the middles of pixels, not at their beginnings.
  [[nodiscard]] bool in_middles() const { return kernel == 2 * stride || stride % 2 != 0; }
  [[nodiscard]] bool is_whole() const { return kernel != 2 * stride || stride % 2 == 0; }
  /// Rows of the resized map before those of the full result.
  [[nodiscard]] int shift() const {
    if (!in_middles()) return 1;
    return kernel == 2 * stride ? stride / 2 : (stride + 1) / 2;
  }
  [[nodiscard]] int first() const { return shift() + before; }
  [[nodiscard]] int surplus() const { return 3 * stride - kernel - first() + before + after; }
  [[nodiscard]] double weight(int tap) const {
    return std::max(0.0, 1 - std::abs(tap - (kernel - 1) / 2.0) / stride);
  }
};

/// Whether each channel's own kernel is that of the interpolation, and the others are 0.
bool interpolates(const Conv& turned, const Line& y, const Line& x) {
  constexpr double kRounding =
      0x1p-22;  // of two factors that are each a difference and a quotient in float32
  const int inputs = turned.in_channels / turned.groups, outputs = turned.out_channels / turned.groups;
  const float* weight = turned.weights.data();
  for (int out = 0; out < turned.out_channels; ++out)
    for (int in = 0; in < inputs; ++in) {
      const bool own = in == out % outputs;
      for (int row = 0; row < y.kernel; ++row)
        for (int column = 0; column < x.kernel; ++column) {
          const double wanted = own ? y.weight(row) * x.weight(column) : 0;
          if (!(std::abs(double{*weight++} - wanted) <= (own ? kRounding : 0))) return false;
        }
    }
  return true;
}

}  // namespace

std::optional<KernelInterpolation> interpolation_by(const Conv& turned, Extent stride,
                                                    const TransposedCut& cut) {
  const Line y{turned.kernel.y, stride.y, cut.top, cut.bottom};
  const Line x{turned.kernel.x, stride.x, cut.left, cut.right};
  const bool fits = y.has_length() && x.has_length() && y.is_whole() && x.is_whole() &&
                    y.in_middles() == x.in_middles() && turned.dilation == Extent{1, 1};
  if (!fits || turned.in_channels != turned.out_channels || !interpolates(turned, y, x)) return std::nullopt;
  KernelInterpolation made;
  made.around.pad = {1, 1, 1, 1};
  made.resize.mode = ResizeMode::linear;
  made.resize.coordinates = y.in_middles() ? ResizeCoordinates::half_pixel : ResizeCoordinates::asymmetric;
  made.resize.up = stride;
  made.resize.down = {1, 1};
  made.crop.pad = {-y.first(), -x.first(), -y.surplus(), -x.surplus()};
  if (turned.bias.empty()) return made;
  const auto channels = static_cast<std::size_t>(turned.out_channels);
  made.bias = BatchNorm{.channels = turned.out_channels,
                        .epsilon = 0,
                        .relu = false,
                        .weight = std::vector<float>(channels, 1.0f),
                        .bias = turned.bias,
                        .mean = std::vector<float>(channels, 0.0f),
                        .variance = std::vector<float>(channels, 1.0f)};
  return made;
}

}  // namespace fcn::tools

// SPDX-License-Identifier: MIT
// How strongly scores cover the picture.
#include "tools/draw/heat_layer.hpp"

#include <algorithm>
#include <cmath>

namespace fcn::tools {
namespace {

// The picture under the layer is drained of most of its colour and a little darker, so that only the layer
// glows.
constexpr double kDrained = 0.8;
constexpr double kShade = 0.8;
constexpr double kShadeOutside = 0.45;
constexpr double kMostCover = 0.72;
constexpr Colour kUnknown{58, 60, 66};

void dim(std::uint8_t* pixel, double shade) {
  const double grey = 0.299 * pixel[0] + 0.587 * pixel[1] + 0.114 * pixel[2];
  for (int i = 0; i < 3; ++i)
    pixel[i] = static_cast<std::uint8_t>(std::lround(shade * (grey * kDrained + pixel[i] * (1 - kDrained))));
}

}  // namespace

void dim_picture(const Canvas& canvas) {
  for (int y = canvas.top; y < canvas.bottom; ++y)
    for (int x = 0; x < canvas.width; ++x) dim(canvas.row(y) + 3 * static_cast<std::ptrdiff_t>(x), kShade);
}

void HeatLayer::draw_over(const Canvas& canvas) {
  for (int y = canvas.top; y < canvas.bottom; ++y) {
    const float* const scores = scores_.row(y);
    std::uint8_t* pixel = canvas.row(y);
    for (int x = 0; x < canvas.width; ++x, pixel += 3) {
      const bool known = axes_.y.holds(y) && axes_.x.holds(x);
      dim(pixel, known ? kShade : kShadeOutside);
      const double heat = std::clamp(scale_.heat(static_cast<double>(scores[x])), 0.0, 1.0);
      if (!known || !(heat > 0)) continue;
      // The square root keeps a tenth of the best score visible.
      blend_pixel(canvas, x, y, heat_colour(0.15 + 0.85 * heat), kMostCover * std::sqrt(heat));
    }
  }
}

void HeatLayer::fill(const Canvas& canvas) {
  for (int y = canvas.top; y < canvas.bottom; ++y) {
    const float* const scores = scores_.row(y);
    for (int x = 0; x < canvas.width; ++x) {
      const bool known = axes_.y.holds(y) && axes_.x.holds(x);
      blend_pixel(canvas, x, y, known ? heat_colour(scale_.heat(static_cast<double>(scores[x]))) : kUnknown,
                  1);
    }
  }
}

}  // namespace fcn::tools

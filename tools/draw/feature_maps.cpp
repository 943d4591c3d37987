// SPDX-License-Identifier: MIT
#include "tools/draw/feature_maps.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tools/draw/drawing.hpp"
#include "tools/draw/grid_caption.hpp"

namespace fcn::tools {
namespace {

constexpr int kLargestSide = 1920;  // of a grid, pixels, about
constexpr int kSmallestMap = 96;    // a smaller map is enlarged towards this
constexpr int kOneRow = 4;          // maps that stand side by side
constexpr int kGap = 2;             // between maps
constexpr Colour kNaN{255, 0, 0};

int ceil_root(double area) {
  return std::max(1, static_cast<int>(std::ceil(std::sqrt(area))));
}

}  // namespace

FeatureMapGrid FeatureMapGrid::of(const Shape& shape) {
  FeatureMapGrid grid;
  // A few maps in one row; of many, as many columns as make a grid half as wide again as it is high.
  const double aspect = static_cast<double>(shape.height) / shape.width;
  const int wanted_columns =
      shape.channels <= kOneRow ? shape.channels : ceil_root(1.5 * aspect * shape.channels);
  grid.columns = std::min(shape.channels, wanted_columns);
  grid.rows = ceil_div(shape.channels, grid.columns);
  const int room = std::max(1, kLargestSide / std::max(grid.columns, 1));
  const int room_down = std::max(1, kLargestSide / std::max(grid.rows, 1));
  grid.shrink = std::max(ceil_div(shape.width, room), ceil_div(shape.height, room_down));
  grid.width = ceil_div(shape.width, grid.shrink);
  grid.height = ceil_div(shape.height, grid.shrink);
  const int larger = std::max(grid.width, grid.height);
  const int wanted = grid.shrink > 1 ? 1 : kSmallestMap / larger;
  grid.enlarge = std::max(1, std::min({wanted, room / grid.width, room_down / grid.height}));
  return grid;
}

FeatureMaps::FeatureMaps(const Shape& shape)
    : shape_(shape), grid_(FeatureMapGrid::of(shape)), sums_(grid_.floats(shape), 0.0f) {}

void FeatureMaps::take(const RowBlock& block) {
  const auto plane = static_cast<std::size_t>(grid_.height) * static_cast<std::size_t>(grid_.width);
  for (int row = block.first_row; row < block.first_row + block.row_count; ++row)
    for (int x = 0; x < shape_.width; ++x) {
      const float* const pixel = block.pixel(0, row, x);
      const std::size_t at =
          static_cast<std::size_t>(row / grid_.shrink) * static_cast<std::size_t>(grid_.width) +
          static_cast<std::size_t>(x / grid_.shrink);
      for (std::size_t c = 0; c < static_cast<std::size_t>(shape_.channels); ++c)
        sums_[c * plane + at] += pixel[c];
    }
}

/// The mean of the values that a place of the grid stands for; at the far edges these are fewer.
float FeatureMaps::value(int channel, int y, int x) const {
  const std::size_t at = (static_cast<std::size_t>(channel) * static_cast<std::size_t>(grid_.height) +
                          static_cast<std::size_t>(y)) *
                             static_cast<std::size_t>(grid_.width) +
                         static_cast<std::size_t>(x);
  const int high = std::min(grid_.shrink, shape_.height - y * grid_.shrink);
  const int wide = std::min(grid_.shrink, shape_.width - x * grid_.shrink);
  return sums_[at] / static_cast<float>(high * wide);
}

void FeatureMaps::draw_map(Picture& picture, int channel, float low, float high) const {
  const int left = channel % grid_.columns * (grid_.width * grid_.enlarge + kGap);
  const int top = channel / grid_.columns * (grid_.height * grid_.enlarge + kGap);
  for (int y = 0; y < grid_.height; ++y)
    for (int x = 0; x < grid_.width; ++x) {
      const float found = value(channel, y, x);
      const float share = high > low ? (found - low) / (high - low) : 0.5f;
      const auto grey =
          static_cast<std::uint8_t>(std::lround(255 * std::clamp(std::isnan(share) ? 0 : share, 0.0f, 1.0f)));
      const Box box{left + x * grid_.enlarge, top + y * grid_.enlarge, left + (x + 1) * grid_.enlarge,
                    top + (y + 1) * grid_.enlarge};
      fill_box(canvas_of(picture), box, std::isnan(found) ? kNaN : Colour{grey, grey, grey}, 1);
    }
}

Result<Picture> FeatureMaps::draw(const std::string& title, const Limits& limits) const {
  float low = 0, high = 0;
  for (int c = 0; c < shape_.channels; ++c)
    for (int y = 0; y < grid_.height; ++y)
      for (int x = 0; x < grid_.width; ++x) {
        const float found = value(c, y, x);
        if (std::isfinite(found)) low = std::min(low, found), high = std::max(high, found);
      }
  if (low < 0) low = -(high = std::max(high, -low));
  const int width = grid_.columns * (grid_.width * grid_.enlarge + kGap) - kGap;
  const int height = grid_.rows * (grid_.height * grid_.enlarge + kGap) - kGap;
  const std::string averaged = grid_.shrink > 1 ? fmt::format(", {0}x{0} averaged", grid_.shrink) : "";
  const std::string scale = low < 0 ? fmt::format("black {:.3g}, grey 0, white {:.3g}{}", low, high, averaged)
                                    : fmt::format("black 0, white {:.3g}{}", high, averaged);
  auto picture = make_captioned_grid(width, height, title, scale, limits);
  if (!picture) return picture;
  for (int c = 0; c < shape_.channels; ++c) draw_map(*picture, c, low, high);
  return picture;
}

}  // namespace fcn::tools

// SPDX-License-Identifier: MIT
#include "tools/draw/filter_picture.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "tools/draw/drawing.hpp"
#include "tools/draw/grid_caption.hpp"

namespace fcn::tools {
namespace {

constexpr int kTile = 56;  // pixels of a filter's longer side, about
constexpr int kTileGap = 4;
constexpr int kMostTiles = 4096;

class FilterDrawing {
 public:
  explicit FilterDrawing(const Conv& conv)
      : conv_(conv),
        channels_(conv.in_channels / conv.groups),
        coloured_(channels_ == 3),
        scale_(std::max(2, kTile / std::max(conv.kernel.y, conv.kernel.x))) {
    const int tiles = coloured_ || channels_ == 1 ? conv.out_channels : conv.out_channels * channels_;
    tiles_ = std::min(tiles, kMostTiles);
    columns_ = coloured_ || channels_ == 1 ? std::max(1, static_cast<int>(std::ceil(std::sqrt(1.5 * tiles_))))
                                           : std::min(channels_, tiles_);
    for (const float weight : conv.weights)
      if (std::isfinite(weight)) largest_ = std::max(largest_, std::abs(weight));
  }

  [[nodiscard]] int width() const {
    return std::min(columns_, tiles_) * (conv_.kernel.x * scale_ + kTileGap) - kTileGap;
  }
  [[nodiscard]] int height() const {
    return ceil_div(tiles_, columns_) * (conv_.kernel.y * scale_ + kTileGap) - kTileGap;
  }
  [[nodiscard]] float largest() const { return largest_; }
  [[nodiscard]] bool coloured() const { return coloured_; }

  void draw(Picture& picture) const {
    for (int tile = 0; tile < tiles_; ++tile)
      for (int y = 0; y < conv_.kernel.y; ++y)
        for (int x = 0; x < conv_.kernel.x; ++x) {
          const int left = tile % columns_ * (conv_.kernel.x * scale_ + kTileGap) + x * scale_;
          const int top = tile / columns_ * (conv_.kernel.y * scale_ + kTileGap) + y * scale_;
          fill_box(canvas_of(picture), {left, top, left + scale_, top + scale_}, colour(tile, y, x), 1);
        }
  }

 private:
  [[nodiscard]] Colour colour(int tile, int y, int x) const {
    if (!coloured_) {
      const std::uint8_t grey = shade(tile, y, x);
      return {grey, grey, grey};
    }
    return {shade(3 * tile, y, x), shade(3 * tile + 1, y, x), shade(3 * tile + 2, y, x)};
  }
  [[nodiscard]] std::uint8_t shade(int plane, int y, int x) const {
    const std::size_t at = (static_cast<std::size_t>(plane) * static_cast<std::size_t>(conv_.kernel.y) +
                            static_cast<std::size_t>(y)) *
                               static_cast<std::size_t>(conv_.kernel.x) +
                           static_cast<std::size_t>(x);
    const float weight = std::isfinite(conv_.weights[at]) ? conv_.weights[at] : 0.0f;
    return static_cast<std::uint8_t>(std::lround(127.5f + 127.5f * weight / std::max(largest_, 1e-30f)));
  }

  const Conv& conv_;
  int channels_;
  bool coloured_;
  int scale_;  ///< pixels along each side of a weight
  int tiles_ = 0, columns_ = 1;
  float largest_ = 0;
};

}  // namespace

Result<Picture> draw_filters(const Conv& conv, const std::string& title, const Limits& limits) {
  const FilterDrawing drawing(conv);
  const std::string scale =
      drawing.coloured()
          ? fmt::format("colours are weights of red, green, blue: grey 0, full {:.3g}", drawing.largest())
          : fmt::format("black {:.3g}, grey 0, white {:.3g}", -drawing.largest(), drawing.largest());
  auto picture = make_captioned_grid(drawing.width(), drawing.height(), title, scale, limits);
  if (!picture) return picture;
  drawing.draw(*picture);
  return picture;
}

}  // namespace fcn::tools

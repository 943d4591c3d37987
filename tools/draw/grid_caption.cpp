// SPDX-License-Identifier: MIT
#include "tools/draw/grid_caption.hpp"

#include <algorithm>

#include "tools/draw/stroke_font.hpp"

namespace fcn::tools {
namespace {

constexpr int kNarrowest = 420;
constexpr int kCaption = 40;
constexpr Colour kBackground{40, 44, 60};

}  // namespace

Result<Picture> make_captioned_grid(int width, int height, const std::string& title, const std::string& scale,
                                    const Limits& limits) {
  auto picture = make_picture(std::max(width, kNarrowest), height + kCaption, limits);
  if (!picture) return picture;
  const Canvas canvas = canvas_of(*picture);
  fill_box(canvas, {0, 0, picture->width, picture->height}, kBackground, 1);
  const TextStyle style{10, 1.3, {235, 235, 240}};
  draw_text(canvas, 6, height + 16, title, style);
  draw_text(canvas, 6, height + 33, scale, style);
  return picture;
}

}  // namespace fcn::tools

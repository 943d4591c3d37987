// SPDX-License-Identifier: MIT
// Colours and the few shapes an overlay is made of, blended into a picture. Text is stroke_font.hpp's. What
// falls outside the picture is cut off.
#pragma once

#include <cstdint>

#include "tools/picture.hpp"

namespace fcn::tools {

struct Colour {
  std::uint8_t red = 255;
  std::uint8_t green = 255;
  std::uint8_t blue = 255;
};

/// Pixels left <= x < right, top <= y < bottom.
struct Box {
  int left = 0;
  int top = 0;
  int right = 0;
  int bottom = 0;
};

/// A colour of "inferno" (black, purple, orange, pale yellow), which grows evenly brighter: 0 to 1, clamped;
/// NaN is 0.
Colour heat_colour(double heat);

/// cover 0 leaves the pixel, 1 replaces it. (x, y) must lie within the picture.
void blend_pixel(Picture& picture, int x, int y, Colour colour, double cover);

void fill_box(Picture& picture, Box box, Colour colour, double cover);

/// A frame `line` pixels wide, inside the box.
void draw_frame(Picture& picture, Box box, int line, Colour colour);

/// A ring around (x, y) with smooth edges.
void draw_ring(Picture& picture, double x, double y, double radius, double line, Colour colour);

}  // namespace fcn::tools

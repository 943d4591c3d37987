// SPDX-License-Identifier: MIT
// Colours and the few shapes that pictures of results are made of. Text is stroke_font.hpp's, a PNG of it all
// png_drawing.hpp's. What falls outside the drawing, or outside the rows held of it, is cut off.
#pragma once

#include <cstddef>
#include <cstdint>

#include "tools/pictures/picture.hpp"

namespace fcn::tools {

/// Pixels left <= x < right, top <= y < bottom.
struct Box {
  int left = 0;
  int top = 0;
  int right = 0;
  int bottom = 0;
};

/// Rows [top, bottom) of a drawing that is `width` pixels wide: shapes are given in the whole drawing's
/// coordinates and leave their share in these rows. So a drawing is made strip by strip, in little memory.
struct Canvas {
  int width = 0;
  int top = 0;
  int bottom = 0;
  std::uint8_t* rgb = nullptr;  ///< the first pixel of row `top`
  std::ptrdiff_t stride = 0;    ///< bytes from row to row

  [[nodiscard]] std::uint8_t* row(int y) const { return rgb + (y - top) * stride; }

  /// A part of this drawing as one of its own, whose (0, 0) is the box's corner. The box may reach beyond the
  /// rows held but not beyond the width.
  [[nodiscard]] Canvas panel(const Box& box) const;
};

/// All of a picture, to draw upon.
Canvas canvas_of(Picture& picture);

struct Colour {
  std::uint8_t red = 255;
  std::uint8_t green = 255;
  std::uint8_t blue = 255;
};

/// A colour of "inferno" (black, purple, orange, pale yellow), which grows evenly brighter: 0 to 1, clamped;
/// NaN is 0.
Colour heat_colour(double heat);

/// cover 0 leaves the pixel, 1 replaces it. (x, y) must lie within the canvas.
void blend_pixel(const Canvas& canvas, int x, int y, Colour colour, double cover);

void fill_box(const Canvas& canvas, Box box, Colour colour, double cover);

/// A frame `line` pixels wide, inside the box.
void draw_frame(const Canvas& canvas, Box box, int line, Colour colour);

/// A ring around (x, y) with smooth edges.
void draw_ring(const Canvas& canvas, double x, double y, double radius, double line, Colour colour);

}  // namespace fcn::tools

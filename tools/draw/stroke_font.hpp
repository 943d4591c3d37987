// SPDX-License-Identifier: MIT
// Text drawn as pen strokes: legible from nine pixels up, smooth at any size, and without a font file to
// ship. ASCII only; any other character shows as a box.
#pragma once

#include <array>
#include <string_view>

#include "tools/draw/drawing.hpp"

namespace fcn::tools {

/// How to write: the height of a capital letter and the width of the pen, in pixels.
struct TextStyle {
  double cap_height = 12;
  double pen = 1.6;
  Colour colour;
};

/// From the left edge of the first character to the right edge of the last.
double text_width(std::string_view text, const TextStyle& style);

/// Writes with the left end of the baseline at (x, baseline); what falls outside the canvas is cut off.
void draw_text(const Canvas& canvas, double x, double baseline, std::string_view text,
               const TextStyle& style);

/// Strokes of ' ' to '~' (stroke_font_glyphs.cpp).
extern const std::array<const char*, 95> kGlyphStrokes;

}  // namespace fcn::tools

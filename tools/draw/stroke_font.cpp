// SPDX-License-Identifier: MIT
// Draws the glyphs of stroke_font_glyphs.cpp: a pixel's cover is how far it lies within the pen's width of
// the nearest stroke, which gives round ends and smooth edges at any scale.
#include "tools/draw/stroke_font.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace fcn::tools {
namespace {

// In units of the font: capitals stand from y = -12 to the baseline at 9.
constexpr double kCapUnits = 21;
constexpr double kBaselineUnits = 9;

constexpr const char* kMissingGlyph = "JZLFLVXVXFLF R";  // a box

struct Point {
  double x, y;
};
struct Segment {
  Point a, b;
};

/// The next glyph of UTF-8 text, which must not be empty; one for each character, also those not drawn.
const char* next_glyph(std::string_view& text) {
  const auto lead = static_cast<unsigned char>(text.front());
  text.remove_prefix(1);
  while (lead >= 0x80 && !text.empty() && (static_cast<unsigned char>(text.front()) & 0xc0) == 0x80)
    text.remove_prefix(1);
  return lead >= ' ' && lead <= '~' ? kGlyphStrokes[lead - ' '] : kMissingGlyph;
}

double glyph_width(const char* glyph) {
  return glyph[1] - glyph[0];
}

std::vector<Segment> glyph_segments(const char* glyph, double x, double baseline, double scale) {
  std::vector<Segment> segments;
  const double left = glyph[0] - 'R';
  bool pen_down = false;
  Point last{};
  for (const char* p = glyph + 2; p[0] != '\0' && p[1] != '\0'; p += 2) {
    if (p[0] == ' ' && p[1] == 'R') {
      pen_down = false;
      continue;
    }
    const Point point{x + (p[0] - 'R' - left) * scale, baseline + (p[1] - 'R' - kBaselineUnits) * scale};
    if (pen_down) segments.push_back({last, point});
    last = point;
    pen_down = true;
  }
  return segments;
}

double distance(Point p, const Segment& s) {
  const double dx = s.b.x - s.a.x;
  const double dy = s.b.y - s.a.y;
  const double length2 = dx * dx + dy * dy;
  const double along =
      length2 > 0 ? std::clamp(((p.x - s.a.x) * dx + (p.y - s.a.y) * dy) / length2, 0.0, 1.0) : 0;
  return std::hypot(p.x - s.a.x - along * dx, p.y - s.a.y - along * dy);
}

void draw_segments(const Canvas& canvas, const std::vector<Segment>& segments, const TextStyle& style) {
  if (segments.empty()) return;
  double left = std::numeric_limits<double>::max(), top = left, right = -left, bottom = -left;
  for (const Segment& s : segments) {
    left = std::min({left, s.a.x, s.b.x});
    right = std::max({right, s.a.x, s.b.x});
    top = std::min({top, s.a.y, s.b.y});
    bottom = std::max({bottom, s.a.y, s.b.y});
  }
  const double reach = style.pen / 2 + 1;
  const int first_y = std::max(static_cast<int>(std::floor(top - reach)), canvas.top);
  const int last_y = std::min(static_cast<int>(std::ceil(bottom + reach)), canvas.bottom - 1);
  const int first_x = std::max(static_cast<int>(std::floor(left - reach)), 0);
  const int last_x = std::min(static_cast<int>(std::ceil(right + reach)), canvas.width - 1);
  for (int y = first_y; y <= last_y; ++y) {
    for (int x = first_x; x <= last_x; ++x) {
      double nearest = reach;
      for (const Segment& s : segments) nearest = std::min(nearest, distance({x + 0.0, y + 0.0}, s));
      blend_pixel(canvas, x, y, style.colour, std::clamp(style.pen / 2 + 0.5 - nearest, 0.0, 1.0));
    }
  }
}

}  // namespace

double text_width(std::string_view text, const TextStyle& style) {
  double units = 0;
  while (!text.empty()) units += glyph_width(next_glyph(text));
  return units * style.cap_height / kCapUnits;
}

void draw_text(const Canvas& canvas, double x, double baseline, std::string_view text,
               const TextStyle& style) {
  const double scale = style.cap_height / kCapUnits;
  while (!text.empty() && x < canvas.width) {
    const char* const glyph = next_glyph(text);
    draw_segments(canvas, glyph_segments(glyph, x, baseline, scale), style);
    x += glyph_width(glyph) * scale;
  }
}

}  // namespace fcn::tools

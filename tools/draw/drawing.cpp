// SPDX-License-Identifier: MIT
// Shapes and the colour scale. The scale's table is every 255/32nd colour of matplotlib's "inferno" (CC0, by
// Nathaniel Smith and Stefan van der Walt); straight lines between them stay within 2/255 of the original.
#include "tools/draw/drawing.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace fcn::tools {
namespace {

constexpr std::array<Colour, 33> kInferno = {{
    {0, 0, 4},       {4, 3, 18},      {11, 7, 36},     {21, 11, 55},   {33, 12, 74},   {46, 10, 90},
    {60, 9, 101},    {74, 12, 107},   {87, 16, 109},   {99, 20, 110},  {112, 25, 110}, {125, 30, 109},
    {137, 34, 106},  {150, 39, 102},  {163, 43, 97},   {175, 49, 92},  {187, 55, 85},  {198, 62, 77},
    {209, 70, 68},   {219, 79, 59},   {227, 89, 50},   {235, 101, 40}, {241, 113, 30}, {246, 127, 20},
    {249, 141, 10},  {251, 156, 6},   {252, 171, 15},  {251, 186, 31}, {249, 202, 50}, {245, 217, 73},
    {242, 232, 101}, {243, 245, 134}, {252, 255, 164},
}};

std::uint8_t mix(std::uint8_t from, std::uint8_t to, double share) {
  return static_cast<std::uint8_t>(std::lround(from + (to - from) * share));
}

Box clipped(const Canvas& canvas, Box box) {
  return {std::max(box.left, 0), std::max(box.top, canvas.top), std::min(box.right, canvas.width),
          std::min(box.bottom, canvas.bottom)};
}

}  // namespace

Canvas canvas_of(Picture& picture) {
  return {picture.width, 0, picture.height, picture.rgb.get(),
          static_cast<std::ptrdiff_t>(picture.row_bytes())};
}

Canvas Canvas::panel(const Box& box) const {
  const int first = std::max(top, box.top), last = std::max(std::min(bottom, box.bottom), first);
  if (first == last) return {box.right - box.left, 0, 0, nullptr, stride};
  return {box.right - box.left, first - box.top, last - box.top,
          row(first) + 3 * static_cast<std::ptrdiff_t>(box.left), stride};
}

Colour heat_colour(double heat) {
  if (!(heat > 0)) return kInferno.front();
  const double place = std::min(heat, 1.0) * (kInferno.size() - 1);
  const auto below = std::min(static_cast<std::size_t>(place), kInferno.size() - 2);
  const double share = place - static_cast<double>(below);
  const Colour a = kInferno[below];
  const Colour b = kInferno[below + 1];
  return {mix(a.red, b.red, share), mix(a.green, b.green, share), mix(a.blue, b.blue, share)};
}

void blend_pixel(const Canvas& canvas, int x, int y, Colour colour, double cover) {
  if (!(cover > 0)) return;
  std::uint8_t* const pixel = canvas.row(y) + 3 * static_cast<std::ptrdiff_t>(x);
  pixel[0] = mix(pixel[0], colour.red, cover);
  pixel[1] = mix(pixel[1], colour.green, cover);
  pixel[2] = mix(pixel[2], colour.blue, cover);
}

void fill_box(const Canvas& canvas, Box box, Colour colour, double cover) {
  const Box inside = clipped(canvas, box);
  for (int y = inside.top; y < inside.bottom; ++y)
    for (int x = inside.left; x < inside.right; ++x) blend_pixel(canvas, x, y, colour, cover);
}

void draw_frame(const Canvas& canvas, Box box, int line, Colour colour) {
  fill_box(canvas, {box.left, box.top, box.right, box.top + line}, colour, 1);
  fill_box(canvas, {box.left, box.bottom - line, box.right, box.bottom}, colour, 1);
  fill_box(canvas, {box.left, box.top + line, box.left + line, box.bottom - line}, colour, 1);
  fill_box(canvas, {box.right - line, box.top + line, box.right, box.bottom - line}, colour, 1);
}

void draw_ring(const Canvas& canvas, double x, double y, double radius, double line, Colour colour) {
  const auto reach = static_cast<int>(std::ceil(radius + line));
  const auto center_x = static_cast<int>(std::lround(x));
  const auto center_y = static_cast<int>(std::lround(y));
  const Box inside =
      clipped(canvas, {center_x - reach, center_y - reach, center_x + reach + 1, center_y + reach + 1});
  for (int row = inside.top; row < inside.bottom; ++row) {
    for (int col = inside.left; col < inside.right; ++col) {
      const double off = std::abs(std::hypot(col - x, row - y) - radius);
      blend_pixel(canvas, col, row, colour, std::clamp(line / 2 + 0.5 - off, 0.0, 1.0));
    }
  }
}

}  // namespace fcn::tools

// SPDX-License-Identifier: MIT
#include "tools/report/json_members.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <cstdint>
#include <string>

namespace fcn::tools {

JsonNumber json_pixels(double value) {
  value = std::round(value * 1e6) / 1e6 + 0.0;  // + 0.0: no negative zero
  if (value == std::floor(value) && std::abs(value) < 1e15) return static_cast<std::int64_t>(value);
  return value;
}

JsonNumber json_milliseconds(double value) {
  return std::round(value * 1e3) / 1e3;
}

JsonNumber json_measured(double value) {
  const std::string text = fmt::format("{:.4g}", value);
  std::from_chars(text.data(), text.data() + text.size(), value);  // leaves infinities and NaN what they are
  return value;
}

void add_along_axes(JsonWriter& json, std::string_view name, double x, double y) {
  if (x == y)
    json.member(name, json_pixels(x));
  else
    json.member(name, {json_pixels(x), json_pixels(y)});
}

void add_point(JsonWriter& json, std::string_view name, const PixelPoint& place) {
  json.member(name, {json_pixels(place.x), json_pixels(place.y)});
}

void add_box(JsonWriter& json, std::string_view name, const PixelBox& box) {
  json.member(name,
              {json_pixels(box.x), json_pixels(box.y), json_pixels(box.width), json_pixels(box.height)});
}

void add_size(JsonWriter& json, std::string_view name, Extent size) {
  json.object(name, [&] {
    json.member("width", size.x);
    json.member("height", size.y);
  });
}

void add_image(JsonWriter& json, const std::string& image) {
  if (image.empty())
    json.member("image", nullptr);
  else
    json.member("image", image);
}

void add_page(JsonWriter& json, const PageChoice& page) {
  json.member("page", page_name(page.page));
  json.member("pages", page.pages);
  json.member("copies", page.copies);
}

void add_cell(JsonWriter& json, const MapGeometry& geometry, int row, int col) {
  add_point(json, "center_px", {geometry.center_x(col), geometry.center_y(row)});
  json.member("window_px",
              {geometry.window_left(col), geometry.window_top(row), geometry.window.x, geometry.window.y});
}

void add_original(JsonWriter& json, const OriginalFrame& frame, const MapGeometry& geometry) {
  const auto place = [&](int row, int col) {
    return frame.point({geometry.center_x(col), geometry.center_y(row)});
  };
  const PixelPoint first = place(0, 0), below = place(1, 0), beside = place(0, 1);
  json.object("original", [&] {
    json.member("width", frame.width);
    json.member("height", frame.height);
    json.member("exif_orientation", frame.orientation);
    add_point(json, "first_center_px", first);
    add_point(json, "row_step_px", {below.x - first.x, below.y - first.y});
    add_point(json, "col_step_px", {beside.x - first.x, beside.y - first.y});
  });
}

}  // namespace fcn::tools

// SPDX-License-Identifier: MIT
#include "tools/report/json_numbers.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <cstdint>
#include <string>
#include <system_error>

namespace fcn::tools {

Json json_number(float value) {
  if (!std::isfinite(value)) return nullptr;
  char text[32];
  const auto [end, failed] = std::to_chars(text, text + sizeof text, value);
  double shortest = static_cast<double>(value);
  if (failed == std::errc()) std::from_chars(text, end, shortest);
  return shortest;
}

Json json_pixels(double value) {
  value = std::round(value * 1e6) / 1e6 + 0.0;  // + 0.0: no negative zero
  if (value == std::floor(value) && std::abs(value) < 1e15) return static_cast<std::int64_t>(value);
  return value;
}

Json json_along_axes(double x, double y) {
  return x == y ? json_pixels(x) : Json::array({json_pixels(x), json_pixels(y)});
}

Json json_point(const PixelPoint& place) {
  return Json::array({json_pixels(place.x), json_pixels(place.y)});
}

Json json_box(const PixelBox& box) {
  return Json::array(
      {json_pixels(box.x), json_pixels(box.y), json_pixels(box.width), json_pixels(box.height)});
}

Json json_milliseconds(double value) {
  return std::round(value * 1e3) / 1e3;
}

Json json_measured(double value) {
  if (!std::isfinite(value)) return nullptr;
  return std::stod(fmt::format("{:.4g}", value));
}

}  // namespace fcn::tools

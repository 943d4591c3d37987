// SPDX-License-Identifier: MIT
// Where the rows and columns of a map that is padded, cropped, spread or resized come from, in whole numbers:
// every place is a fraction, so no rounding of a scale decides which pixel is the nearest.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <variant>
#include <vector>

#include "fcn/graph/graph.hpp"

namespace fcn::inline FCN_ABI {

/// One axis of an op that moves pixels: what the op says of it, and the sizes of input and output.
struct ResampleAxis {
  int before = 0;  ///< Pad: rows or columns added before the first
  int stride = 1;  ///< InsertZeros; of DepthToSpace the block
  int up = 1;      ///< Resize
  int down = 1;
  int in = 1;
  int out = 1;
};

inline ResampleAxis rows_of(const Op& op, const Shape& in, const Shape& out) {
  ResampleAxis axis{.in = in.height, .out = out.height};
  if (const auto* pad = std::get_if<Pad>(&op)) axis.before = pad->pad.top;
  if (const auto* zeros = std::get_if<InsertZeros>(&op)) axis.stride = zeros->stride.y;
  if (const auto* spread = std::get_if<DepthToSpace>(&op)) axis.stride = spread->block.y;
  if (const auto* resize = std::get_if<Resize>(&op)) axis.up = resize->up.y, axis.down = resize->down.y;
  return axis;
}

inline ResampleAxis columns_of(const Op& op, const Shape& in, const Shape& out) {
  ResampleAxis axis{.in = in.width, .out = out.width};
  if (const auto* pad = std::get_if<Pad>(&op)) axis.before = pad->pad.left;
  if (const auto* zeros = std::get_if<InsertZeros>(&op)) axis.stride = zeros->stride.x;
  if (const auto* spread = std::get_if<DepthToSpace>(&op)) axis.stride = spread->block.x;
  if (const auto* resize = std::get_if<Resize>(&op)) axis.up = resize->up.x, axis.down = resize->down.x;
  return axis;
}

namespace detail {

/// floor(a / b) for positive b.
constexpr std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  return a / b - (a % b < 0 ? 1 : 0);
}

}  // namespace detail

/// The place (at * step + start) / per of the input.
struct ResizePlaces {
  std::int64_t step = 1;
  std::int64_t start = 0;
  std::int64_t per = 1;
};

inline ResizePlaces resize_places(ResizeCoordinates coordinates, const ResampleAxis& axis) {
  switch (coordinates) {
    case ResizeCoordinates::asymmetric:
      return {axis.down, 0, axis.up};
    case ResizeCoordinates::align_corners:
      if (axis.out == 1) return {0, 0, 1};
      return {axis.in - 1, 0, axis.out - 1};
    case ResizeCoordinates::pytorch_half_pixel:
      if (axis.out == 1) return {0, 0, 1};
      break;
    case ResizeCoordinates::half_pixel:
      break;
  }
  return {2 * std::int64_t{axis.down}, std::int64_t{axis.down} - axis.up, 2 * std::int64_t{axis.up}};
}

inline constexpr int kFilled = -1;

/// The row or column that place `at` shows, or kFilled for the op's value.
inline int copied_place(const Pad& op, const ResampleAxis& axis, int at) {
  const int place = at - axis.before;
  if (place >= 0 && place < axis.in) return place;
  if (op.mode == PadMode::constant) return kFilled;
  if (op.mode == PadMode::edge) return std::clamp(place, 0, axis.in - 1);
  return place < 0 ? -place : 2 * (axis.in - 1) - place;
}
inline int copied_place(const InsertZeros&, const ResampleAxis& axis, int at) {
  return at % axis.stride == 0 ? at / axis.stride : kFilled;
}
inline int copied_place(const DepthToSpace&, const ResampleAxis& axis, int at) {
  return at / axis.stride;
}
inline int copied_place(const Resize& op, const ResampleAxis& axis, int at) {
  const ResizePlaces places = resize_places(op.coordinates, axis);
  const std::int64_t place = at * places.step + places.start, per = places.per;
  std::int64_t nearest = 0;
  switch (op.rounding) {
    case ResizeRounding::floor:
      nearest = detail::floor_div(place, per);
      break;
    case ResizeRounding::ceil:
      nearest = -detail::floor_div(-place, per);
      break;
    case ResizeRounding::round_prefer_floor:  // ceil(place - 1/2)
      nearest = -detail::floor_div(per - 2 * place, 2 * per);
      break;
    case ResizeRounding::round_prefer_ceil:  // floor(place + 1/2)
      nearest = detail::floor_div(2 * place + per, 2 * per);
      break;
  }
  return static_cast<int>(std::clamp<std::int64_t>(nearest, 0, axis.in - 1));
}

/// Rows, and columns, of the input that an output value of a Resize is made of.
constexpr int resize_taps(ResizeMode mode) {
  return mode == ResizeMode::nearest ? 1 : mode == ResizeMode::linear ? 2 : 4;
}

/// The rows or columns that a place lies among and their weights, each rounded once.
template <std::size_t count>
struct WeightedPlaces {
  std::array<int, count> places{};
  std::array<float, count> weights{};
};

/// The two that a place lies between.
inline WeightedPlaces<2> linear_place(const Resize& op, const ResampleAxis& axis, int at) {
  const ResizePlaces places = resize_places(op.coordinates, axis);
  const std::int64_t per = places.per;
  const std::int64_t place =
      std::clamp<std::int64_t>(at * places.step + places.start, 0, (axis.in - 1) * per);
  const auto first = static_cast<int>(place / per);
  const std::int64_t past = place % per;
  const auto weight = [&](std::int64_t part) {
    return static_cast<float>(static_cast<double>(part) / static_cast<double>(per));
  };
  return {{first, past == 0 ? first : first + 1}, {weight(per - past), weight(past)}};
}

/// The two on either side of a place, weighted by Keys' cubic ("Cubic Convolution Interpolation for Digital
/// Image Processing", 1981), as ONNX and PyTorch do: outside the input is its edge.
inline WeightedPlaces<4> cubic_place(const Resize& op, const ResampleAxis& axis, int at) {
  const ResizePlaces places = resize_places(op.coordinates, axis);
  const std::int64_t place = at * places.step + places.start;
  const std::int64_t whole = detail::floor_div(place, places.per);
  const double past = static_cast<double>(place - whole * places.per) / static_cast<double>(places.per);
  const double a = double{op.cubic_a};
  const auto near = [a](double d) { return ((a + 2) * d - (a + 3)) * d * d + 1; };
  const auto far = [a](double d) { return ((d - 5) * d + 8) * d * a - 4 * a; };
  const double weights[] = {far(1 + past), near(past), near(1 - past), far(2 - past)};
  WeightedPlaces<4> taps;
  for (std::size_t i = 0; i < 4; ++i) {
    const std::int64_t tap = whole - 1 + static_cast<std::int64_t>(i);
    taps.places[i] = static_cast<int>(std::clamp<std::int64_t>(tap, 0, axis.in - 1));
    taps.weights[i] = static_cast<float>(weights[i]);
  }
  return taps;
}

/// f(the places and weights that row or column `at` of a linear or cubic Resize is made of).
template <class F>
void with_weighted_places(const Resize& op, const ResampleAxis& axis, int at, const F& f) {
  if (op.mode == ResizeMode::cubic) return f(cubic_place(op, axis, at));
  f(linear_place(op, axis, at));
}

/// The input columns that each column of an op that moves pixels shows. Empty for other ops. (Rows are looked
/// up as they are made.)
struct ColumnTable {
  std::vector<int> columns;    ///< one for each column, or, where there are weights, as many as these
  std::vector<float> weights;  ///< of a Resize: two or four for each column
};

inline ColumnTable column_table(const Op& op, const Shape& in, const Shape& out) {
  ColumnTable table;
  const ResampleAxis axis = columns_of(op, in, out);
  const auto copy = [&](const auto& moving) {
    for (int x = 0; x < axis.out; ++x) table.columns.push_back(copied_place(moving, axis, x));
  };
  if (const auto* pad = std::get_if<Pad>(&op)) copy(*pad);
  if (const auto* zeros = std::get_if<InsertZeros>(&op)) copy(*zeros);
  const auto* resize = std::get_if<Resize>(&op);
  if (resize != nullptr && resize->mode == ResizeMode::nearest) copy(*resize);
  if (resize != nullptr && resize->mode != ResizeMode::nearest)
    for (int x = 0; x < axis.out; ++x)
      with_weighted_places(*resize, axis, x, [&](const auto& taps) {
        table.columns.insert(table.columns.end(), taps.places.begin(), taps.places.end());
        table.weights.insert(table.weights.end(), taps.weights.begin(), taps.weights.end());
      });
  return table;
}

}  // namespace fcn::inline FCN_ABI

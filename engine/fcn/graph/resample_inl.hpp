// SPDX-License-Identifier: MIT
// Definitions of resample.hpp: compiled into fcn::runtime, or inline where headers are used alone.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <variant>

#include "fcn/graph/graph.hpp"
#include "fcn/graph/resample.hpp"

namespace fcn::inline FCN_ABI {

FCN_INLINE std::optional<Resize> resize_of(const Op& op, const Shape& in, const Shape& out) {
  if (const auto* resize = std::get_if<Resize>(&op)) return *resize;
  const auto* to = std::get_if<ResizeTo>(&op);
  if (to == nullptr) return std::nullopt;
  return Resize{to->mode,   to->coordinates, to->rounding, {out.height, out.width}, {in.height, in.width},
                to->cubic_a};
}

FCN_INLINE int places_before(const CenterTo& op, int in, int out) {
  const std::int64_t more = std::int64_t{out} - in, half = detail::floor_div(more, 2);
  switch (op.before) {
    case PlacesBefore::floor:
      return static_cast<int>(half);
    case PlacesBefore::ceil:
      return static_cast<int>(more - half);
    case PlacesBefore::even:
      return static_cast<int>(half % 2 == 0 ? half : more - half);
    case PlacesBefore::none:
      return 0;
    case PlacesBefore::all:
      return static_cast<int>(more);
  }
  return 0;
}

FCN_INLINE ResampleAxis rows_of(const Op& op, const Shape& in, const Shape& out) {
  ResampleAxis axis{.in = in.height, .out = out.height};
  if (const auto* pad = std::get_if<Pad>(&op)) axis.before = pad->pad.top;
  if (const auto* zeros = std::get_if<InsertZeros>(&op)) axis.stride = zeros->stride.y;
  if (const auto* spread = std::get_if<DepthToSpace>(&op)) axis.stride = spread->block.y;
  if (const auto* crop = std::get_if<CropTo>(&op)) axis.before = -crop->top;
  if (const auto* center = std::get_if<CenterTo>(&op))
    axis.before = places_before(*center, in.height, out.height);
  if (const auto* pool = std::get_if<MaxUnpool>(&op))
    axis.before = pool->pad.top, axis.stride = pool->stride.y, axis.taps = pool->kernel.y;
  if (const auto resize = resize_of(op, in, out)) axis.up = resize->up.y, axis.down = resize->down.y;
  return axis;
}

FCN_INLINE ResampleAxis columns_of(const Op& op, const Shape& in, const Shape& out) {
  ResampleAxis axis{.in = in.width, .out = out.width};
  if (const auto* pad = std::get_if<Pad>(&op)) axis.before = pad->pad.left;
  if (const auto* zeros = std::get_if<InsertZeros>(&op)) axis.stride = zeros->stride.x;
  if (const auto* spread = std::get_if<DepthToSpace>(&op)) axis.stride = spread->block.x;
  if (const auto* crop = std::get_if<CropTo>(&op)) axis.before = -crop->left;
  if (const auto* center = std::get_if<CenterTo>(&op))
    axis.before = places_before(*center, in.width, out.width);
  if (const auto* pool = std::get_if<MaxUnpool>(&op))
    axis.before = pool->pad.left, axis.stride = pool->stride.x, axis.taps = pool->kernel.x;
  if (const auto resize = resize_of(op, in, out)) axis.up = resize->up.x, axis.down = resize->down.x;
  return axis;
}

FCN_INLINE ResizePlaces resize_places(ResizeCoordinates coordinates, const ResampleAxis& axis) {
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

FCN_INLINE int copied_place(const Pad& op, const ResampleAxis& axis, int at) {
  const int place = at - axis.before;
  if (place >= 0 && place < axis.in) return place;
  if (op.mode == PadMode::constant) return kFilled;
  if (op.mode == PadMode::edge) return std::clamp(place, 0, axis.in - 1);
  return place < 0 ? -place : 2 * (axis.in - 1) - place;
}

FCN_INLINE int copied_place(const CropTo&, const ResampleAxis& axis, int at) {
  return at - axis.before;
}

FCN_INLINE int copied_place(const CenterTo&, const ResampleAxis& axis, int at) {
  const int place = at - axis.before;
  return place >= 0 && place < axis.in ? place : kFilled;
}

FCN_INLINE int copied_place(const MaxUnpool&, const ResampleAxis& axis, int at) {
  const int window = (at + axis.before) / axis.stride;
  return window < axis.in && (at + axis.before) % axis.stride < axis.taps ? window : kFilled;
}

FCN_INLINE int copied_place(const InsertZeros&, const ResampleAxis& axis, int at) {
  return at % axis.stride == 0 ? at / axis.stride : kFilled;
}

FCN_INLINE int copied_place(const DepthToSpace&, const ResampleAxis& axis, int at) {
  return at / axis.stride;
}

FCN_INLINE int copied_place(const Resize& op, const ResampleAxis& axis, int at) {
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

FCN_INLINE WeightedPlaces<2> linear_place(const Resize& op, const ResampleAxis& axis, int at) {
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

FCN_INLINE WeightedPlaces<4> cubic_place(const Resize& op, const ResampleAxis& axis, int at) {
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

FCN_INLINE ColumnTable column_table(const Op& op, const Shape& in, const Shape& out) {
  ColumnTable table;
  const ResampleAxis axis = columns_of(op, in, out);
  const auto copy = [&](const auto& moving) {
    for (int x = 0; x < axis.out; ++x) table.columns.push_back(copied_place(moving, axis, x));
  };
  if (const auto* pad = std::get_if<Pad>(&op)) copy(*pad);
  if (const auto* zeros = std::get_if<InsertZeros>(&op)) copy(*zeros);
  if (const auto* crop = std::get_if<CropTo>(&op)) copy(*crop);
  if (const auto* center = std::get_if<CenterTo>(&op)) copy(*center);
  if (const auto* pool = std::get_if<MaxUnpool>(&op))
    for (int x = 0; x < axis.out; ++x) {
      table.columns.push_back(copied_place(*pool, axis, x));
      table.columns.push_back((x + axis.before) % axis.stride);
    }
  const auto resize = resize_of(op, in, out);
  if (resize && resize->mode == ResizeMode::nearest) copy(*resize);
  if (resize && resize->mode != ResizeMode::nearest)
    for (int x = 0; x < axis.out; ++x)
      with_weighted_places(*resize, axis, x, [&](const auto& taps) {
        table.columns.insert(table.columns.end(), taps.places.begin(), taps.places.end());
        table.weights.insert(table.weights.end(), taps.weights.begin(), taps.weights.end());
      });
  return table;
}

}  // namespace fcn::inline FCN_ABI

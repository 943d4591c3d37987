// SPDX-License-Identifier: MIT
// Where the rows and columns of a map that is padded, cropped, spread or resized come from, in whole numbers:
// every place is a fraction, so no rounding of a scale decides which pixel is the nearest.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <vector>

#include "fcn/graph/graph.hpp"

namespace fcn::inline FCN_ABI {

/// One axis of an op that moves pixels: what the op says of it, and the sizes of input and output.
struct ResampleAxis {
  int before = 0;  ///< Pad, CenterTo: rows or columns added before the first; MaxUnpool: the pool's padding
  int stride = 1;  ///< InsertZeros; of DepthToSpace the block, of MaxUnpool from window to window
  int taps = 1;    ///< MaxUnpool: of a window
  int up = 1;      ///< Resize
  int down = 1;
  int in = 1;
  int out = 1;
};

/// The Resize that an op does on maps of these sizes; nothing for other ops.
std::optional<Resize> resize_of(const Op& op, const Shape& in, const Shape& out);

ResampleAxis rows_of(const Op& op, const Shape& in, const Shape& out);

ResampleAxis columns_of(const Op& op, const Shape& in, const Shape& out);

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

ResizePlaces resize_places(ResizeCoordinates coordinates, const ResampleAxis& axis);

inline constexpr int kFilled = -1;

/// The row or column that place `at` shows, or kFilled for the op's value.
int copied_place(const Pad& op, const ResampleAxis& axis, int at);
int copied_place(const CropTo&, const ResampleAxis& axis, int at);
int copied_place(const CenterTo&, const ResampleAxis& axis, int at);
/// Of MaxUnpool the window on one of whose taps the place lies; kFilled between windows and beyond the last.
int copied_place(const MaxUnpool&, const ResampleAxis& axis, int at);
int copied_place(const InsertZeros&, const ResampleAxis& axis, int at);
int copied_place(const DepthToSpace&, const ResampleAxis& axis, int at);
int copied_place(const Resize& op, const ResampleAxis& axis, int at);

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
WeightedPlaces<2> linear_place(const Resize& op, const ResampleAxis& axis, int at);

/// The two on either side of a place, weighted by Keys' cubic ("Cubic Convolution Interpolation for Digital
/// Image Processing", 1981), as ONNX and PyTorch do: outside the input is its edge.
WeightedPlaces<4> cubic_place(const Resize& op, const ResampleAxis& axis, int at);

/// f(the places and weights that row or column `at` of a linear or cubic Resize is made of).
template <class F>
void with_weighted_places(const Resize& op, const ResampleAxis& axis, int at, const F& f) {
  if (op.mode == ResizeMode::cubic) return f(cubic_place(op, axis, at));
  f(linear_place(op, axis, at));
}

/// The input columns that each column of an op that moves pixels shows. Empty for other ops. (Rows are looked
/// up as they are made.)
struct ColumnTable {
  std::vector<int> columns;    ///< one for each column, or, where there are weights, as many as these; of a
                               ///< MaxUnpool the window's column and the tap in it
  std::vector<float> weights;  ///< of a Resize: two or four for each column
};

ColumnTable column_table(const Op& op, const Shape& in, const Shape& out);

}  // namespace fcn::inline FCN_ABI

#ifndef FCN_COMPILED
#include "fcn/graph/resample_inl.hpp"
#endif

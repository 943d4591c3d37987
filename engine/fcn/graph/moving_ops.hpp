// SPDX-License-Identifier: MIT
// The ops (ops.hpp) that move values from place to place, or mix a few places by fixed weights.
#pragma once

#include <vector>

#include "fcn/graph/extent.hpp"

namespace fcn::inline FCN_ABI {

/// The channels of its inputs, one or more of them of one height and width, one after the other.
struct Concat {};

/// out[i] = in[channels[i]]: a slice, a split, a gather or a shuffle of channels.
struct SelectChannels {
  std::vector<int> channels;
};

/// What Pad puts around a map.
enum class PadMode {
  constant,  ///< a value
  edge,      ///< the nearest pixel
  reflect,   ///< the pixels before the edge in mirror order, the edge itself not repeated
};

/// Explicit rows and columns around a map. Negative amounts crop.
struct Pad {
  PadMode mode = PadMode::constant;
  Padding pad;
  float value = 0;  ///< of PadMode::constant
};

/// Puts stride - 1 zeros between neighbouring pixels: (size - 1) * stride + 1 rows or columns out of `size`.
/// A transposed convolution is a convolution of such a map.
struct InsertZeros {
  Extent stride;
};

/// Channels become pixels: each pixel of (y * block.x + x) * n .. + n - 1, n being the channels that come
/// out, is pixel (y, x) of its block. A transposed convolution is one of more channels, one for each place in
/// a block.
struct DepthToSpace {
  Extent block;
};

enum class ResizeMode { nearest, linear, cubic };

/// Which place x' of the input the output's row or column x shows (ONNX's coordinate_transformation_mode). s
/// is the scale up / down.
enum class ResizeCoordinates {
  half_pixel,          ///< x' = (x + 1/2) / s - 1/2
  pytorch_half_pixel,  ///< the same, but 0 where the output has size 1
  asymmetric,          ///< x' = x / s
  align_corners,       ///< x' = x (in - 1) / (out - 1), or 0 where the output has size 1
};

/// How ResizeMode::nearest rounds x' (ONNX's nearest_mode).
enum class ResizeRounding { round_prefer_floor, round_prefer_ceil, floor, ceil };

/// Resampling by a rational scale along each axis: floor(size * up / down) rows or columns. Places outside
/// the input count as its edge.
struct Resize {
  ResizeMode mode = ResizeMode::nearest;
  ResizeCoordinates coordinates = ResizeCoordinates::half_pixel;
  ResizeRounding rounding = ResizeRounding::round_prefer_floor;
  Extent up;
  Extent down;
  float cubic_a = -0.75f;  ///< of ResizeMode::cubic: the second derivative's free coefficient (Keys, 1981)
};

/// Resampling to the size of its second input, of which nothing else is read: the scale along each axis is
/// the output's size by the input's.
struct ResizeTo {
  ResizeMode mode = ResizeMode::linear;
  ResizeCoordinates coordinates = ResizeCoordinates::half_pixel;
  ResizeRounding rounding = ResizeRounding::round_prefer_floor;
  float cubic_a = -0.75f;
};

/// Which axes of a map CropTo cuts, and CenterTo cuts or pads.
enum class CropAxes { both, rows, columns };

/// As many rows, columns or both as its second input has, of which nothing else is read, from row `top` and
/// column `left` on. An axis that is not cut stays whole, and its `top` or `left` is 0.
struct CropTo {
  CropAxes axes = CropAxes::both;
  int top = 0;
  int left = 0;
};

/// How many of n places, by which the sizes of two maps differ along an axis, come before a map.
enum class PlacesBefore {
  floor,  ///< n / 2, rounded down
  ceil,   ///< n / 2, rounded up
  even,   ///< n / 2, rounded to an even number where n is odd
  none,
  all,
};

/// As many rows, columns or both as its second input has, of which nothing else is read: of n places more
/// along an axis, some zeros come before and the others after; of fewer, n being negative, as many are cut
/// off.
struct CenterTo {
  CropAxes axes = CropAxes::both;
  PlacesBefore before = PlacesBefore::floor;
  bool only_cut = false;  ///< a map that has fewer places along an axis is refused
};

/// Which tap of each window is the greatest, as MaxPool chooses it: ky * kernel.x + kx, the first of equal
/// ones, the last of NaNs.
struct MaxPoolIndices {
  Extent kernel;
  Extent stride;
  Padding pad;
  bool ceil_mode = false;
};

/// Puts each value of its first input, a map of windows that do not overlap, on the tap that the second, of
/// MaxPoolIndices, says; zeros elsewhere. Its size is the third input's, of which nothing else is read.
struct MaxUnpool {
  Extent kernel;
  Extent stride;
  Padding pad;
};

template <>
inline constexpr std::array<std::string_view, 3> kind_names<PadMode>{"constant", "edge", "reflect"};
template <>
inline constexpr std::array<std::string_view, 3> kind_names<CropAxes>{"both", "rows", "columns"};
template <>
inline constexpr std::array<std::string_view, 5> kind_names<PlacesBefore>{"floor", "ceil", "even", "none",
                                                                          "all"};
template <>
inline constexpr std::array<std::string_view, 3> kind_names<ResizeMode>{"nearest", "linear", "cubic"};
template <>
inline constexpr std::array<std::string_view, 4> kind_names<ResizeCoordinates>{
    "half_pixel", "pytorch_half_pixel", "asymmetric", "align_corners"};
template <>
inline constexpr std::array<std::string_view, 4> kind_names<ResizeRounding>{
    "round_prefer_floor", "round_prefer_ceil", "floor", "ceil"};

}  // namespace fcn::inline FCN_ABI

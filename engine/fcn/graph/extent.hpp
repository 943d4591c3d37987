// SPDX-License-Identifier: MIT
// Types that all ops (ops.hpp) use: sizes, paddings, and the names of enumerations.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "fcn/config.hpp"

namespace fcn::inline FCN_ABI {

/// The shape of one image's feature map.
struct Shape {
  int channels = 0;
  int height = 0;
  int width = 0;
  friend bool operator==(const Shape&, const Shape&) = default;
};

/// Height and width of something two-dimensional: a kernel, a stride, a dilation.
struct Extent {
  int y = 1;
  int x = 1;
  friend bool operator==(const Extent&, const Extent&) = default;
};

/// `width` x `height` pixels of a picture, of which (x, y) is the first.
struct PixelRect {
  int x = 0;
  int y = 0;
  int width = 0;
  int height = 0;
  [[nodiscard]] bool is_empty() const { return width == 0 && height == 0; }
  friend bool operator==(const PixelRect&, const PixelRect&) = default;
};

/// Rows and columns around a feature map: implicit zeros of a convolution, windows' overhang of a pool.
struct Padding {
  int top = 0;
  int left = 0;
  int bottom = 0;
  int right = 0;
  friend bool operator==(const Padding&, const Padding&) = default;
};

/// The values of an op's enumerations as files and messages spell them, in order.
template <class Kind>
inline constexpr std::array<std::string_view, 0> kind_names{};
template <class Kind>
constexpr std::string_view kind_name(Kind kind) {
  const auto& names = kind_names<Kind>;
  return names[static_cast<std::size_t>(kind)];
}

}  // namespace fcn::inline FCN_ABI

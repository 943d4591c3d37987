// SPDX-License-Identifier: MIT
// Pixels around a picture, so that windows stand at its edges too: which pixels they repeat, as numpy.pad has
// it. Not here: running such a picture (picture_source.hpp).
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "fcn/graph/extent.hpp"
#include "fcn/model_info.hpp"

namespace fcn::tools {

enum class BorderKind {
  none,
  reflect,  ///< the pixels before the edge in mirror order, the edge itself not repeated
  edge,     ///< the nearest pixel
  mean,     ///< the model's mean colour
};

/// As options and reports spell it.
constexpr const char* border_name(BorderKind kind) {
  switch (kind) {
    case BorderKind::none:
      return "none";
    case BorderKind::reflect:
      return "reflect";
    case BorderKind::edge:
      return "edge";
    case BorderKind::mean:
      return "mean";
  }
  return "none";
}

struct PictureBorder {
  BorderKind kind = BorderKind::none;
  int x = 0;                             ///< columns on either side
  int y = 0;                             ///< rows above, and below
  std::array<std::uint8_t, 3> colour{};  ///< of BorderKind::mean

  /// Half a window of the model on each side: cells of the nominal window are then centred from edge to edge.
  static PictureBorder of(BorderKind kind, const ModelInfo& info) {
    PictureBorder border;
    if (kind == BorderKind::none) return border;
    border = {kind, info.window.x / 2, info.window.y / 2, {}};
    for (std::size_t i = 0; i < 3; ++i)
      border.colour[i] = static_cast<std::uint8_t>(
          std::clamp(255 * info.mean[info.mean.size() == 3 ? i : 0] + 0.5F, 0.0F, 255.0F));
    return border;
  }

  [[nodiscard]] bool is_empty() const { return kind == BorderKind::none; }

  /// The row or column of the picture, of `size` in all, that place `at` shows; it may lie outside.
  [[nodiscard]] int shown(int at, int size) const {
    if (kind != BorderKind::reflect) return std::clamp(at, 0, size - 1);
    if (size == 1) return 0;
    const int period = 2 * (size - 1);
    at = (at % period + period) % period;
    return std::min(at, period - at);
  }
  /// Rows that a picture read from top to bottom has to keep.
  [[nodiscard]] int kept_rows(int height) const {
    return kind == BorderKind::reflect ? std::min(y + 1, height) : 1;
  }

  /// Row `at` of the picture with its border, from the row of the picture that it shows.
  void compose(const std::uint8_t* row, int at, int width, int height, std::uint8_t* to) const {
    const bool outside = at < 0 || at >= height;
    const auto fill = [&](std::uint8_t* pixel, int place) {
      std::memcpy(
          pixel, kind == BorderKind::mean ? colour.data() : row + 3 * std::ptrdiff_t{shown(place, width)}, 3);
    };
    const std::ptrdiff_t left = 3 * std::ptrdiff_t{x}, inside = 3 * std::ptrdiff_t{width};
    for (int i = 0; i < x; ++i) {
      fill(to + 3 * std::ptrdiff_t{i}, i - x);
      fill(to + left + inside + 3 * std::ptrdiff_t{i}, width + i);
    }
    if (outside && kind == BorderKind::mean)
      for (int i = 0; i < width; ++i) fill(to + left + 3 * std::ptrdiff_t{i}, i);
    else
      std::memcpy(to + left, row, static_cast<std::size_t>(inside));
  }
};

}  // namespace fcn::tools

// SPDX-License-Identifier: MIT
// The outline of a region along the edges of its pixels. maps::Region::contour goes through their centres,
// where thin parts have no width and polygons cross themselves. Not here: the place of pixels on a map.
#pragma once

#include <span>
#include <vector>

#include "fcn/maps/contour.hpp"

namespace fcn::tools {

/// A corner of pixels: that of pixel (x, y) which is nearest to the picture's own upper left corner.
using PixelCorner = maps::ContourPoint;

/// Rings that cross neither themselves nor each other: pixels that touch at a corner only are in different
/// ones. Each goes counter-clockwise as the picture is seen, without its first corner again at the end, and
/// has corners only where it turns. Together they surround the pixels that a contour of maps::Region does,
/// its holes included.
std::vector<std::vector<PixelCorner>> region_outline(std::span<const maps::ContourPoint> contour);

}  // namespace fcn::tools

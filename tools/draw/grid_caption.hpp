// SPDX-License-Identifier: MIT
// The canvas of --layers' pictures: room for a grid of tiles, and two lines below that say what its greys
// mean.
#pragma once

#include <string>

#include "tools/draw/drawing.hpp"
#include "tools/pictures/picture.hpp"

namespace fcn::tools {

/// A picture whose upper left width x height pixels are for the grid, the rest being background, with `title`
/// and `scale` below; wider than the grid where these could not be read otherwise.
Result<Picture> make_captioned_grid(int width, int height, const std::string& title, const std::string& scale,
                                    const Limits& limits);

}  // namespace fcn::tools

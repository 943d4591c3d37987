// SPDX-License-Identifier: MIT
// The first picture of a GIF file, by giflib. Not here: where it is (gif_structure.cpp).
#pragma once

#include "fcn/result.hpp"
#include "tools/pictures/formats/picture_structure.hpp"
#include "tools/pictures/picture.hpp"

namespace fcn::tools {

/// Records in `found` the most that decode_gif() holds.
void add_gif_memory(PictureStructure& found);

/// As Pillow shows it: pixels around the first picture, and those under its clear colour, have the colour
/// that the table gives them, as if nothing were clear. `structure` must come from inspect_gif() of the same
/// bytes.
Result<Picture> decode_gif(PictureBytes bytes, const PictureStructure& structure, const Limits& limits);

}  // namespace fcn::tools

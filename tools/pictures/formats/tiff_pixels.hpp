// SPDX-License-Identifier: MIT
// The pixels of a TIFF's first page, strip by strip or tile by tile. Not here: the tags (tiff_layout.hpp).
#pragma once

#include "fcn/result.hpp"
#include "tools/pictures/formats/picture_structure.hpp"
#include "tools/pictures/picture.hpp"

namespace fcn::tools {

/// `structure` must come from inspect_tiff() of the same bytes.
Result<Picture> decode_tiff(PictureBytes bytes, const PictureStructure& structure, const Limits& limits);

}  // namespace fcn::tools

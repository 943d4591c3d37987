// SPDX-License-Identifier: MIT
// Pictures of the picture's own size whose pixels are for programs as much as for people: the regions as a
// mask, and the tutorials' masked image.
#pragma once

#include "fcn/result.hpp"
#include "tools/outputs/picture_result.hpp"
#include "tools/shell/atomic_file.hpp"

namespace fcn::tools {

/// An 8-bit grey PNG: 255 where a class whose regions the report asks for (the shown one, if it asks for
/// none) reaches the threshold, else 0. What --nms drops is still in it. The caller commits.
Status write_mask(AtomicFile& file, const PictureResult& result);

/// What the OpenCV tutorials show, to the pixel: picture * (map - min) / max of the stretched map of the
/// shown class, in float32 and cut to whole numbers, with the tutorials' box as cv2.rectangle draws it in
/// red, two pixels thick. Black where the map is the same everywhere: the tutorials divide by zero there.
Status write_masked(AtomicFile& file, const PictureResult& result);

}  // namespace fcn::tools

// SPDX-License-Identifier: MIT
// A picture of the answer: where in the image one class scores, drawn over the image itself, with the best
// place framed and named. Made to be understood without reading anything else.
#pragma once

#include "fcn/result.hpp"
#include "tools/outputs/picture_result.hpp"
#include "tools/pictures/resize.hpp"
#include "tools/shell/atomic_file.hpp"

namespace fcn::tools {

/// Writes a PNG into `file` (the caller commits). Small pictures are enlarged so that the text can be read.
Status write_overlay(AtomicFile& file, const PictureResult& result);

/// Bytes that write_overlay() holds at most beside the picture.
std::uint64_t overlay_bytes(const OutputNeeds& needs);

}  // namespace fcn::tools

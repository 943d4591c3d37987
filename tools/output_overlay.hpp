// SPDX-License-Identifier: MIT
// A picture of the answer: where in the image one class scores, drawn over the image itself, with the best
// place framed and named. Made to be understood without reading anything else.
#pragma once

#include "engine/result.hpp"
#include "tools/atomic_file.hpp"
#include "tools/picture.hpp"
#include "tools/resize.hpp"
#include "tools/run_report.hpp"

namespace fcn::tools {

/// Writes a PNG into `file` (the caller commits). `picture` is the one that ran; its pixels are drawn upon,
/// for a copy might not fit. Small pictures are enlarged so that the text can be read.
Status write_overlay(AtomicFile& file, Picture picture, const RunReport& report, const Limits& limits);

/// Bytes that write_overlay() holds at most, the picture of this size that it is given included.
std::uint64_t overlay_bytes(const PictureSize& size);

}  // namespace fcn::tools

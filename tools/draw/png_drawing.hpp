// SPDX-License-Identifier: MIT
// Drawings as PNG files, painted strip by strip while they are written: none is ever held whole.
#pragma once

#include <cstdint>
#include <functional>

#include "fcn/limits.hpp"
#include "fcn/result.hpp"
#include "tools/draw/drawing.hpp"
#include "tools/shell/atomic_file.hpp"

namespace fcn::tools {

/// Paints the rows that the canvas holds, every pixel of them; called for each strip in turn, from the top.
using Painter = std::function<void(const Canvas& canvas)>;

/// Writes a PNG of width x height RGB pixels into `file`, which the caller commits.
Status write_drawing(AtomicFile& file, int width, int height, const Limits& limits, const Painter& paint);

/// Bytes that write_drawing() holds, as MemoryCount counts them.
std::uint64_t drawing_bytes(std::int64_t width, std::int64_t height);

}  // namespace fcn::tools

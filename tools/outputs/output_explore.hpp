// SPDX-License-Identifier: MIT
// A page to explore a result in a browser: one HTML file with the picture, the maps and everything that draws
// them, which asks no network for anything. The page itself is in tools/explore_page/.
#pragma once

#include <cstdint>

#include "fcn/result.hpp"
#include "tools/outputs/picture_result.hpp"
#include "tools/pictures/resize.hpp"
#include "tools/shell/atomic_file.hpp"

namespace fcn::tools {

/// Writes the page into `file` (the caller commits). So that it stays a few megabytes, the picture is reduced
/// to 1.2 megapixels and scores are cut to 16 bits; of many classes on a large map those with the highest
/// peaks are kept.
Status write_explore(AtomicFile& file, const PictureResult& result);

/// Bytes that write_explore() holds at most beside the picture, which has this size.
std::uint64_t explore_bytes(const OutputNeeds& needs);

}  // namespace fcn::tools

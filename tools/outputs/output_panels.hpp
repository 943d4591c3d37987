// SPDX-License-Identifier: MIT
// Pictures of several panels: the picture beside its map, and a sheet of the maps of several classes.
#pragma once

#include <cstdint>

#include "fcn/result.hpp"
#include "tools/outputs/picture_result.hpp"
#include "tools/shell/atomic_file.hpp"

namespace fcn::tools {

/// Two panels of the picture's size, one above the other if it is wide: the picture, and the map of the shown
/// class over it, both with the boxes of the report's regions. The caller commits.
Status write_side_by_side(AtomicFile& file, const PictureResult& result);
/// Bytes that write_side_by_side() holds at most beside the picture.
std::uint64_t side_by_side_bytes(const OutputNeeds& needs);

/// A panel for each class that the report lists, the picture reduced to at most 480 pixels a side. The caller
/// commits.
Status write_sheet(AtomicFile& file, const PictureResult& result);
/// Bytes that write_sheet() holds at most beside the picture.
std::uint64_t sheet_bytes(const OutputNeeds& needs);

}  // namespace fcn::tools

// SPDX-License-Identifier: MIT
// Pixels of binary PGM (P5) and PPM (P6) files, of any depth. Their header is read by inspect_pnm().
#pragma once

#include "fcn/base/byte_source.hpp"
#include "tools/pictures/formats/picture_structure.hpp"
#include "tools/pictures/picture.hpp"

namespace fcn::tools {

/// Whether a file of this size has all the pixels that its header announces.
Status check_pnm_pixels(const PictureStructure& structure, std::uint64_t file_bytes);

/// `structure` must come from inspect_pnm() of the same file. Reads row by row, so that besides the picture
/// no more than a row is in memory.
Result<Picture> decode_pnm(const ByteSource& source, const PictureStructure& structure, const Limits& limits);

}  // namespace fcn::tools

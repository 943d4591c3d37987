// SPDX-License-Identifier: MIT
// Adds what a file needs for stb_image to decode it as other decoders do: the rest of a short palette, the
// marker that says how four colours are stored, the end marker. The file is copied with the additions; pixels
// are never changed.
#pragma once

#include <cstddef>

#include "tools/pictures/formats/picture_structure.hpp"
#include "tools/shell/counted_memory.hpp"

namespace fcn::tools {

/// Bytes of the copy; 0 if the file needs no additions.
std::size_t patched_bytes(std::size_t file_bytes, const PictureStructure& structure);

/// The copy, where patched_bytes() is not 0.
ByteVector patched(PictureBytes bytes, const PictureStructure& structure);

}  // namespace fcn::tools

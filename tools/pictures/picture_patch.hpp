// SPDX-License-Identifier: MIT
// What a file lacks before stb_image shows it as other decoders do: the rest of a short palette, the mark
// that says how four colours are stored, the mark at the end. The file is copied with it; pixels are never
// touched.
#pragma once

#include <cstddef>

#include "tools/pictures/formats/picture_structure.hpp"
#include "tools/shell/counted_memory.hpp"

namespace fcn::tools {

/// Bytes of the copy; 0 if the file is good as it is.
std::size_t patched_bytes(std::size_t file_bytes, const PictureStructure& structure);

/// The copy, where patched_bytes() is not 0.
ByteVector patched(PictureBytes bytes, const PictureStructure& structure);

}  // namespace fcn::tools

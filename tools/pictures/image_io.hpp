// SPDX-License-Identifier: MIT
// Reads picture files: JPEG, PNG, BMP, PGM/PPM and others become 8-bit RGB. Grey is repeated, alpha dropped
// (not blended), palettes resolved, 16 bits cut to their high byte. Not here: opening files
// (picture_file.hpp), resizing (resize.hpp), writing (png_writer.hpp).
#pragma once

#include <cstddef>
#include <limits>

#include "fcn/limits.hpp"
#include "fcn/result.hpp"
#include "tools/pictures/formats/picture_structure.hpp"
#include "tools/pictures/picture.hpp"
#include "tools/pictures/picture_file.hpp"

namespace fcn::tools {

struct DecodeOptions {
  bool apply_exif = true;  ///< turn the picture upright
  Limits limits;
  /// Most that the decoder may hold, the picture included: PictureStructure::decoder_bytes suffices for files
  /// that hold what they announce.
  std::size_t max_bytes = std::numeric_limits<std::size_t>::max();
};

/// A picture from its file, whose bytes are freed as soon as they are decoded.
Result<Picture> decode_picture(PictureFile file, const DecodeOptions& options);

/// The same from the bytes of a file. Size limits are checked before anything is decoded.
Result<Picture> decode_picture(PictureBytes bytes, const DecodeOptions& options);

}  // namespace fcn::tools

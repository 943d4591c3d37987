// SPDX-License-Identifier: MIT
// Picture files in: JPEG, PNG, BMP and PGM/PPM become 8-bit RGB. Grey is repeated, alpha dropped (not
// blended), palettes resolved, 16 bits cut to their high byte. Resizing is resize.hpp's, writing
// png_writer.hpp's.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/limits.hpp"
#include "engine/result.hpp"
#include "tools/picture.hpp"
#include "tools/picture_structure.hpp"

namespace fcn::tools {

struct DecodeOptions {
  bool apply_exif = true;  ///< turn the picture upright
  Limits limits;
};

/// A whole file, or standard input for "-". Refused when larger than the limit, before it is read if that is
/// known.
Result<std::vector<std::uint8_t>> read_picture_file(const std::string& path, const Limits& limits);

/// A picture from the bytes of a file. Size limits are checked before anything is decoded.
Result<Picture> decode_picture(PictureBytes bytes, const DecodeOptions& options);

}  // namespace fcn::tools

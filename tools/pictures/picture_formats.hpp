// SPDX-License-Identifier: MIT
// Which picture formats this build reads. GIF, TIFF and WebP each need a library that may have been missing
// when the build was configured; the error for such a picture then names the library.
#pragma once

#include <string>

#include "fcn/result.hpp"
#include "tools/pictures/formats/picture_structure.hpp"

namespace fcn::tools {

/// "JPEG, PNG, BMP, PGM/PPM, GIF, TIFF, WebP", less what this build lacks.
std::string readable_formats();

/// Whether libjpeg decodes JPEG, to the bit as in Pillow; otherwise stb_image does, which differs a little.
bool jpeg_by_libjpeg();

/// ErrorCode::unsupported: the file is a picture that a build with `library` reads.
Error unreadable_here(const char* format, const char* library);

}  // namespace fcn::tools

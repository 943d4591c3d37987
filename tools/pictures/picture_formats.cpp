// SPDX-License-Identifier: MIT
#include "tools/pictures/picture_formats.hpp"

#include "tools/pictures/found_libraries.hpp"

namespace fcn::tools {

std::string readable_formats() {
  std::string names = "JPEG, PNG, BMP, PGM/PPM";
  if (kReadsGif) names += ", GIF";
  if (kReadsTiff) names += ", TIFF";
  if (kReadsWebp) names += ", WebP";
  return names;
}

bool jpeg_by_libjpeg() {
  return kHasLibjpeg;
}

Error unreadable_here(const char* format, const char* library) {
  return {ErrorCode::unsupported,
          std::string("this build reads no ") + format + ": it was made without " + library +
              "; install that and configure again, or convert the picture to PNG",
          ""};
}

}  // namespace fcn::tools

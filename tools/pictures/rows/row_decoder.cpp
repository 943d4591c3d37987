// SPDX-License-Identifier: MIT
#include "tools/pictures/rows/row_decoder.hpp"

#include <new>

#include "tools/pictures/found_libraries.hpp"

namespace fcn::tools {

Result<std::unique_ptr<RowDecoder>> decode_rows(const PictureFile& file) {
  try {
    if (file.format() == PictureFormat::png) return png_rows(file.source(), file.structure());
    if (file.format() == PictureFormat::bmp) return bmp_rows(file.source());
    if (file.format() == PictureFormat::pnm) return pnm_rows(file.source(), file.structure());
    if constexpr (kHasLibjpeg)
      if (file.format() == PictureFormat::jpeg) return jpeg_rows(file.source(), file.structure());
    if constexpr (kReadsTiff)
      if (file.format() == PictureFormat::tiff) return tiff_rows(file.source(), file.structure());
  } catch (const std::bad_alloc&) {
    return Error{ErrorCode::out_of_memory, "no memory to decode the picture", ""};
  }
  return Error{ErrorCode::unsupported, "pictures of this format cannot be decoded row by row", ""};
}

}  // namespace fcn::tools

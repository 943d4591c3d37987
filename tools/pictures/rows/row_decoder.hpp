// SPDX-License-Identifier: MIT
// Picture files decoded row by row, straight from the file: neither its bytes nor its pixels are held. Each
// gives the pixels that decode_picture() (image_io.hpp) gives. Not here: who asks for rows (run_picture.hpp).
#pragma once

#include <cstdint>
#include <memory>

#include "fcn/base/byte_source.hpp"
#include "fcn/result.hpp"
#include "tools/pictures/formats/picture_structure.hpp"
#include "tools/pictures/picture_file.hpp"

namespace fcn::tools {

class RowDecoder {
 public:
  virtual ~RowDecoder() = default;
  /// Writes the next row, from the top, as 8-bit RGB. ErrorCode::malformed or truncated for a damaged file;
  /// after an Error, or the last row, nothing more may be asked for.
  virtual Status next(std::uint8_t* rgb) = 0;
};

/// Starts at the top of a file whose kind can be decoded so (PictureStructure::row_decoder_bytes). `file`
/// must outlive the decoder; a file may have several.
Result<std::unique_ptr<RowDecoder>> decode_rows(const PictureFile& file);

// By format: `structure` must come from the inspection of the same source.
Result<std::unique_ptr<RowDecoder>> bmp_rows(const ByteSource& source);
Result<std::unique_ptr<RowDecoder>> jpeg_rows(const ByteSource& source, const PictureStructure& structure);
Result<std::unique_ptr<RowDecoder>> png_rows(const ByteSource& source, const PictureStructure& structure);
Result<std::unique_ptr<RowDecoder>> pnm_rows(const ByteSource& source, const PictureStructure& structure);
Result<std::unique_ptr<RowDecoder>> tiff_rows(const ByteSource& source, const PictureStructure& structure);

}  // namespace fcn::tools

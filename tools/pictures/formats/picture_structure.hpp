// SPDX-License-Identifier: MIT
// The size and structure that a picture file announces, checked without decoding a pixel. The decoder behind
// image_io.cpp tolerates much (missing ends, wrong checksums, tables too long for their
// arrays); these checks come first, so that a damaged file is an Error and a hostile one never gets there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "fcn/base/byte_source.hpp"
#include "fcn/limits.hpp"
#include "fcn/result.hpp"
#include "tools/pictures/geo/georeference.hpp"
#include "tools/pictures/picture_page.hpp"

namespace fcn::tools {

using PictureBytes = std::span<const std::uint8_t>;

enum class PictureFormat { unknown, jpeg, png, bmp, pnm, gif, tiff, webp };

/// By the first bytes, never by a file's name.
PictureFormat picture_format(PictureBytes bytes);

struct PictureStructure {
  std::uint32_t width = 0;  ///< as stored; the orientation may swap them
  std::uint32_t height = 0;
  int orientation = 1;              ///< EXIF's, 1 to 8
  std::uint64_t decoder_bytes = 0;  ///< most that decoding will hold, the picture included, the file excluded
  std::uint64_t library_bytes =
      0;  ///< of these, what a library holds that does not let its memory be counted
  /// Most that decoding row by row (rows/row_decoder.hpp) will hold; 0 for what must be decoded whole. And
  /// what of that a library holds.
  std::uint64_t row_decoder_bytes = 0;
  std::uint64_t row_library_bytes = 0;

  /// TIFF: where the stored pixels lie on a map, or why what the file says of it cannot be used.
  std::optional<Result<Georeference>> georeference = std::nullopt;

  /// TIFF: which page it is of, and how many there are; those are counted if a page was asked for.
  PageChoice page{};

  // PNG: where the palette's chunk starts (its length field), and how many colours it has.
  std::size_t palette_at = 0;
  std::size_t palette_colours = 0;

  // JPEG: where the first scan's marker is, and what must stand before it (0: CMYK, 2: YCCK) where the
  // decoder would take four colours for three.
  std::size_t scan_at = 0;
  std::optional<std::uint8_t> adobe_transform = std::nullopt;

  // PNM: what follows its header.
  int channels = 0;
  std::uint32_t max_value = 0;
  std::size_t pixels_at = 0;

  /// GIF and WebP: where on the picture the first frame lies. WebP: which bytes of the file hold it.
  struct Frame {
    std::uint32_t left = 0;
    std::uint32_t top = 0;
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::size_t at = 0;
    std::size_t bytes = 0;
  };
  Frame frame{};
  std::optional<std::uint8_t> clear_colour = std::nullopt;  ///< GIF: the index that shows what lies below
};

// Each checks the size against the limits as soon as it is known, then all the rest.
Result<PictureStructure> inspect_png(PictureBytes bytes, const Limits& limits);
/// Of a file that is to be decoded by rows: the checksums of the pixels' chunks are left to that.
Result<PictureStructure> inspect_png(const ByteSource& source, const Limits& limits);
Result<PictureStructure> inspect_jpeg(PictureBytes bytes, const Limits& limits);
/// Of a file that is to be decoded by rows: what stands before its first scan. `row_decoder_bytes` is 0 if
/// the picture comes in several scans.
Result<PictureStructure> inspect_jpeg(const ByteSource& source, const Limits& limits);
Result<PictureStructure> inspect_bmp(const ByteSource& source, const Limits& limits);
Result<PictureStructure> inspect_gif(PictureBytes bytes, const Limits& limits);
/// `bytes`: those of the source, where they are in memory. ErrorCode::invalid_argument for a page that is not
/// there; without one it is the first.
Result<PictureStructure> inspect_tiff(const ByteSource& source, PictureBytes bytes, const Limits& limits,
                                      const std::optional<PicturePage>& page = std::nullopt);
Result<PictureStructure> inspect_webp(PictureBytes bytes, const Limits& limits);
/// Needs only the file's first bytes: ErrorCode::truncated, before anything else, if they end within the
/// header. check_pnm_pixels() (pnm.hpp) checks that the file has all its pixels.
Result<PictureStructure> inspect_pnm(PictureBytes start, const Limits& limits);

/// PNM: bytes of a pixel, and whether pixels lie in the file as they do in memory.
inline std::size_t pnm_pixel_bytes(const PictureStructure& structure) {
  return static_cast<std::size_t>(structure.channels) * (structure.max_value > 255 ? 2 : 1);
}
inline bool pnm_as_in_memory(const PictureStructure& structure) {
  return structure.channels == 3 && structure.max_value == 255;
}

}  // namespace fcn::tools

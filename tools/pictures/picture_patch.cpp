// SPDX-License-Identifier: MIT
#include "tools/pictures/picture_patch.hpp"

#include <cstdint>

namespace fcn::tools {
namespace {

constexpr std::size_t kAdobeBytes = 16;

bool has_short_palette(const PictureStructure& structure) {
  return structure.palette_colours != 0 && structure.palette_colours < 256;
}

void append(ByteVector& copy, PictureBytes part) {
  copy.insert(copy.end(), part.begin(), part.end());
}

/// stb_image fills a palette only as far as the file does, and a pixel may name a colour beyond: the missing
/// ones are appended here as black, which is what other decoders show.
void append_with_full_palette(ByteVector& copy, PictureBytes bytes, const PictureStructure& structure) {
  const std::size_t colours_at = structure.palette_at + 8;
  const std::size_t colours_end = colours_at + 3 * structure.palette_colours;
  append(copy, bytes.first(structure.palette_at));
  constexpr std::uint8_t kHeader[] = {0, 0, 3, 0, 'P', 'L', 'T', 'E'};  // 768 bytes
  append(copy, kHeader);
  append(copy, bytes.subspan(colours_at, colours_end - colours_at));
  copy.resize(copy.size() + 768 - 3 * structure.palette_colours, 0);
  append(copy,
         bytes.subspan(colours_end));  // its checksum no longer matches; the decoder does not look at it
}

/// The marker before the first scan is the last of its kind, so it is the one that counts.
void append_with_adobe_mark(ByteVector& copy, PictureBytes bytes, const PictureStructure& structure) {
  const std::uint8_t mark[kAdobeBytes] = {0xff, 0xee, 0,   14, 'A', 'd', 'o', 'b',
                                          'e',  0,    100, 0,  0,   0,   0,   *structure.adobe_transform};
  append(copy, bytes.first(structure.scan_at));
  append(copy, mark);
  append(copy, bytes.subspan(structure.scan_at));
}

}  // namespace

std::size_t patched_bytes(std::size_t file_bytes, const PictureStructure& structure) {
  std::size_t more = has_short_palette(structure) ? 768 : 0;
  if (structure.adobe_transform) more += kAdobeBytes;
  return more == 0 ? 0 : file_bytes + more;
}

ByteVector patched(PictureBytes bytes, const PictureStructure& structure) {
  ByteVector copy;
  copy.reserve(patched_bytes(bytes.size(), structure));
  if (has_short_palette(structure))
    append_with_full_palette(copy, bytes, structure);
  else if (structure.adobe_transform)
    append_with_adobe_mark(copy, bytes, structure);
  else
    append(copy, bytes);
  return copy;
}

}  // namespace fcn::tools

// SPDX-License-Identifier: MIT
// One frame of a WebP file, by libwebp. Not here: which bytes hold it (webp_structure.cpp).
#pragma once

#include <cstdint>

#include "fcn/result.hpp"
#include "tools/pictures/formats/picture_structure.hpp"
#include "tools/pictures/picture.hpp"

namespace fcn::tools {

struct WebpFrameSize {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  bool lossless = false;
};

/// What the data of a VP8 or VP8L chunk announces.
Result<WebpFrameSize> webp_frame_size(PictureBytes chunk);

/// Records in `found`, whose frame is known, the most that decode_webp() holds.
void add_webp_memory(const WebpFrameSize& size, PictureStructure& found);

/// The first frame on a black canvas. `structure` must come from inspect_webp() of the same bytes.
Result<Picture> decode_webp(PictureBytes bytes, const PictureStructure& structure, const Limits& limits);

}  // namespace fcn::tools

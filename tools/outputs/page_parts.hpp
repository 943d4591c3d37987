// SPDX-License-Identifier: MIT
// What the pages of --html have in common: templates with places to fill, the picture at a size for a screen,
// and JSON that may stand in a script element.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "fcn/limits.hpp"
#include "tools/pictures/picture.hpp"
#include "tools/pictures/resize.hpp"
#include "tools/shell/atomic_file.hpp"

namespace fcn::tools {

/// HTML with style and scripts, as the build put them together from explore_page/, and the places
/// @@picture@@, @@result@@, @@scores@@, in this order.
std::string_view explore_page();
/// Likewise from label_page/: @@picture@@, @@result@@, @@labels@@.
std::string_view label_page();

/// Writes the page up to `place`, which is left out, and removes both from its front.
Status write_until(AtomicFile& file, std::string_view& page, std::string_view place);

/// The size at which a page has a picture: its own, or one of at most 1.2 million pixels.
PictureSize page_size(const PictureSize& size);

/// Writes the picture at that size as a PNG in base64.
Status write_page_picture(AtomicFile& file, const Picture& picture, const Limits& limits);
/// What that holds beside the picture.
std::uint64_t page_picture_bytes(const PictureSize& size);

/// The JSON such that it cannot end the script element it stands in, nor begin a comment there: "<" is
/// written as \u003c, which JSON allows in strings, and it occurs nowhere else.
std::string for_script(const std::string& json);

}  // namespace fcn::tools

// SPDX-License-Identifier: MIT
// --html of a labelled picture: a page that names the label under the cursor, in one file.
#pragma once

#include <cstdint>
#include <memory>

#include "tools/outputs/label_outputs.hpp"

namespace fcn::tools {

/// A large picture is on the page at a size for a screen, with the labels of that many of its pixels; the
/// counts are those of all.
Result<std::unique_ptr<LabelOutput>> make_label_page(AtomicFile& file, const LabelRequest& request);
/// What that holds beside the picture.
std::uint64_t label_page_bytes(const PictureSize& size);

}  // namespace fcn::tools

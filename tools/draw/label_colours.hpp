// SPDX-License-Identifier: MIT
// The colour of each label of a pixel model.
#pragma once

#include <cstdint>
#include <vector>

#include "tools/draw/drawing.hpp"

namespace fcn::tools {

/// Of 21 labels the colours of Pascal VOC's, whose first is the background's; of others colours that are told
/// apart, and repeat beyond 256. `background`: a label that is drawn black, or -1.
std::vector<Colour> label_colours(int labels, int background);

/// Three bytes a colour.
std::vector<std::uint8_t> palette_bytes(const std::vector<Colour>& colours);

}  // namespace fcn::tools

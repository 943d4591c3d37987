// SPDX-License-Identifier: MIT
// The colour of each label of a pixel model.
#pragma once

#include <cstdint>
#include <vector>

#include "tools/draw/drawing.hpp"

namespace fcn::tools {

/// For 21 labels Pascal VOC's colours, the first being the background's; for other counts distinguishable
/// colours, which repeat beyond 256. `background`: a label that is drawn black, or -1.
std::vector<Colour> label_colours(int labels, int background);

/// Three bytes a colour.
std::vector<std::uint8_t> palette_bytes(const std::vector<Colour>& colours);

}  // namespace fcn::tools
